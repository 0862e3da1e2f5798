/** Scores of many records, row by row, with reasons if asked for, and bounded lists of problems. */

import type { AnyScorer } from "../any-scorer.js";
import { TenureError } from "../tenure-error.js";
import type { Contribution, CustomerRecord, Score } from "../types.js";
import { budgetOf } from "./budget.js";
import type { Exchange } from "./exchange.js";
import { isObject } from "./records.js";
import { MOST_PROBLEMS, refuse } from "./refusal.js";

/**
 * Most evaluations for the reasons of one record: some milliseconds for a network of 32 units. Nearly every
 * customer needs fewer; what needs more is estimated, and says so.
 */
const REASONS_BUDGET = 1_048_576;
/** An estimate ends at this standard error, in log-odds. */
const REASONS_TOLERANCE = 0.01;
/** Lets other work go on. */
export const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** A score with the largest contributions to it. */
interface ReasonedScore extends Score {
  readonly reasons: readonly Contribution[];
  readonly exact: boolean;
  readonly standardError: number;
}

/** Scores with the largest contributions of each. */
export class Reasons {
  /** How many the request asks for; 0 for none. */
  readonly count: number;
  readonly #scorer: AnyScorer;
  readonly #budget: number;

  constructor({ url, shared }: Exchange, scorer: AnyScorer, records: number) {
    this.count = reasonCount(url.searchParams.get("reasons"));
    this.#scorer = scorer;
    this.#budget = this.count === 0 ? 0 : Math.min(REASONS_BUDGET, budgetOf(shared.limits, scorer, records));
  }

  /** The score of a record with its reasons. */
  of(record: CustomerRecord): ReasonedScore {
    const options = { budget: this.#budget, tolerance: REASONS_TOLERANCE };
    const { probability, logit, tier, exact, standardError, contributions, problems } = this.#scorer.explain(
      record,
      options,
    );
    return { probability, logit, tier, problems, reasons: contributions.slice(0, this.count), exact, standardError };
  }
}

function reasonCount(given: string | null): number {
  if (given === null) return 0;
  if (/^\d{1,4}$/.test(given)) return Number(given);
  const problem = { field: "reasons", rule: "type", value: given, message: "must be a whole number from 0 to 9999" };
  throw refuse(400, "argument_invalid", `reasons ${problem.message}, not ${given}`, { problems: [problem] });
}

/** The core's flags for a row without problems, and for one that has errors and no score. */
const CLEAN = 0;
const ERRORS = 2;
/** Rows of a block without reasons, and with them. */
const BLOCK_ROWS = 8192;
const REASONS_ROWS = 8;

/**
 * Scores records in blocks, in order. Each row is a score, or an `error` as a request with that record
 * alone has it. The first hundred problems are listed in their rows; later rows with problems are
 * `omitted`, and the findings count all by field and rule.
 */
export class Rows {
  /** Most rows of a block. */
  readonly blockRows: number;
  /** The scores of all rows, unless {@link forget} is called. */
  readonly scored: { probability: number[]; tier: number[] } = { probability: [], tier: [] };
  readonly #exchange: Exchange;
  readonly #scorer: AnyScorer;
  readonly #reasons: Reasons;
  readonly #blocks: ReturnType<AnyScorer["scoreBlocks"]>;
  #listed = 0;

  /** `records` is the number of records that share the budget for reasons. */
  constructor(exchange: Exchange, scorer: AnyScorer, records: number) {
    this.#exchange = exchange;
    this.#scorer = scorer;
    this.#reasons = new Reasons(exchange, scorer, records);
    this.#blocks = scorer.scoreBlocks({ problemLimit: 0 });
    this.blockRows = this.#reasons.count > 0 ? REASONS_ROWS : BLOCK_ROWS;
  }

  /** The rows of the next records. An `Error` stands for a line that is no record. */
  score(records: readonly (CustomerRecord | Error)[]): object[] {
    const { flags, logit, tier } = this.#blocks.score(records);
    return records.map((record, row) => {
      if (flags[row] === ERRORS) {
        this.#exchange.countRefused();
        this.#keep(Number.NaN, 0);
        return this.#refused(record);
      }
      const score = this.#scoreOf(record as CustomerRecord, flags[row] === CLEAN, logit[row]!, tier[row]!);
      this.#exchange.count(this.#scorer, score.tier);
      this.#keep(score.probability, score.tier);
      return score;
    });
  }

  /** Drops the scores so far. */
  forget(): void {
    this.scored.probability.length = 0;
    this.scored.tier.length = 0;
  }

  /** What is wrong in all rows. */
  finish(): object {
    const { problemCount, summary, shifts } = this.#blocks.finish();
    return { problemCount, summary, shifts };
  }

  /** The score of a row, with the digits that the record has alone. */
  #scoreOf(record: CustomerRecord, isClean: boolean, logit: number, tier: number): Score & { omitted?: true } {
    if (this.#reasons.count > 0) return this.#listing(this.#reasons.of(record));
    if (!isClean && this.#hasRoom()) return this.#listing(this.#again(record));
    const score = { probability: this.#blocks.probability(logit), logit, tier, problems: [] };
    return isClean ? score : { ...score, omitted: true };
  }

  /** Scores a record of a block once more, for its problems: a profile has counted it with the block. */
  #again(record: CustomerRecord): Score {
    const score = (): Score => this.#scorer.score(record);
    return this.#scorer.quietly?.(score) ?? score();
  }

  #keep(probability: number, tier: number): void {
    this.scored.probability.push(probability);
    this.scored.tier.push(tier);
  }

  #hasRoom(): boolean {
    return this.#listed < MOST_PROBLEMS;
  }

  #listing<T extends { readonly problems: readonly unknown[] }>(score: T): T {
    const room = Math.max(0, MOST_PROBLEMS - this.#listed);
    this.#listed += score.problems.length;
    if (score.problems.length <= room) return score;
    return { ...score, problems: score.problems.slice(0, room), omitted: true };
  }

  #refused(record: CustomerRecord | Error): object {
    const code = record instanceof Error ? "body_invalid" : isObject(record) ? "record_invalid" : "argument_invalid";
    if (!this.#hasRoom()) return { error: { code, omitted: true } };
    if (record instanceof Error) {
      this.#listed += 1;
      return { error: { code, detail: record.message, problems: [] } };
    }
    try {
      this.#again(record);
    } catch (error) {
      if (!(error instanceof TenureError)) throw error;
      const { code, message: detail, problems } = error;
      if (problems.length === 0) this.#listed += 1;
      return { error: this.#listing({ code, detail, problems }) };
    }
    throw new Error("a row with errors has a score");
  }
}
