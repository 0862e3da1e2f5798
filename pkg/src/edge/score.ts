/** `POST /v1/score`: one record, many, or a stream of lines, with reasons if asked for. */

import type { AnyScorer } from "../any-scorer.js";
import type { CustomerRecord } from "../types.js";
import { mediaType } from "./body.js";
import type { Exchange, Route } from "./exchange.js";
import { checkRecords } from "./records.js";
import { pause, Reasons, Rows } from "./rows.js";
import { scoreLines } from "./score-lines.js";

/** Scores records. */
export const scoreRoute: Route = {
  path: "/v1/score",
  method: "POST",
  scope: "score",
  query: ["model", "reasons"],
  async answer(exchange) {
    if (mediaType(exchange.request, ["json", "ndjson"]) === "ndjson") return scoreLines(exchange);
    const text = await exchange.text();
    const body = exchange.parse(text);
    const records = checkRecords(body, exchange.shared.limits.records);
    const { scorer } = await exchange.model(text);
    if (records === undefined) return exchange.json(scoreOne(exchange, scorer, body as CustomerRecord));
    const rows = new Rows(exchange, scorer, records.length);
    const scores: object[] = [];
    // Between blocks with reasons other requests have their turn.
    for (let start = 0; start < records.length; start += rows.blockRows) {
      if (start > 0) await pause();
      scores.push(...rows.score(records.slice(start, start + rows.blockRows)));
    }
    exchange.observe(records, rows.scored);
    return exchange.json({ scores, ...rows.finish() });
  },
};

function scoreOne(exchange: Exchange, scorer: AnyScorer, record: CustomerRecord): object {
  try {
    const reasons = new Reasons(exchange, scorer, 1);
    // A profile counts scores, and no explanation.
    const plain = reasons.count === 0 || scorer.isCounting === true ? scorer.score(record) : undefined;
    const score = reasons.count === 0 ? plain! : reasons.of(record);
    exchange.count(scorer, score.tier);
    exchange.observe([record], { probability: [score.probability], tier: [score.tier] });
    return score;
  } catch (error) {
    exchange.countRefused();
    throw error;
  }
}
