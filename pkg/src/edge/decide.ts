/** `POST /v1/decide`: what to do about one customer, for scorers that decide. */

import { type DecideOptions, decisionProblems } from "../decision.js";
import type { Route } from "./exchange.js";
import { checkOptions } from "./explain.js";
import { checkRecord } from "./records.js";
import { refuse } from "./refusal.js";

/** Decides what to do about a customer. */
export const decideRoute: Route = {
  path: "/v1/decide",
  method: "POST",
  scope: "explain",
  query: ["model"],
  async answer(exchange) {
    const text = await exchange.text();
    const { record, options = {} } = checkRecord(exchange.parse(text));
    const { scorer } = await exchange.model(text);
    const { policy } = scorer;
    if (scorer.decide === undefined) {
      throw refuse(
        404,
        "not_found",
        `${exchange.url.pathname} does not exist for this model: load it with tenure/decide`,
      );
    }
    checkOptions(options, decisionProblems(options, policy), exchange.shared.limits.budget);
    const decision = scorer.decide(record, options as DecideOptions);
    exchange.count(scorer, decision.tier, policy.profit_tiers);
    return exchange.json(decision);
  },
};
