/** What takes a scorer, whatever the type of its customers. */

import type { CounterfactualOptions, Counterfactuals } from "./counterfactuals.js";
import type { DecideOptions, Decision } from "./decision.js";
import type { Card, Policy, Schema } from "./document.js";
import type { Profile } from "./generated.js";
import type { ProfileOptions } from "./profile.js";
import type {
  BlockScores,
  ExplainOptions,
  Explanation,
  ModelIdentity,
  Score,
  ScoreManyOptions,
  Scores,
  TableFindings,
} from "./types.js";

/** Any record, list or table: a scorer of typed customers has no other type in common with others. */
// biome-ignore lint/suspicious/noExplicitAny: `unknown` would refuse scorers of typed customers.
type Any = any;

/**
 * A scorer of any customers: every `Scorer<C>` is one. What brings records of its own, such as the
 * handler of `tenure/edge`, takes this.
 */
export interface AnyScorer {
  /** The fields that a record must have. */
  readonly schema: Schema;
  /** The model card. */
  readonly card: Card;
  /** The tiers of probabilities. */
  readonly policy: Policy;
  /** Number of reference customers in the artifact. */
  readonly backgroundRows: number;
  /** See {@link Scorer.model}. */
  model(): Promise<ModelIdentity>;
  /** See {@link Scorer.score}. */
  score(record: Any): Score;
  /** See {@link Scorer.scoreMany}. */
  scoreMany(table: Any, options?: ScoreManyOptions): Scores;
  /** See {@link Scorer.scoreBlocks}. */
  scoreBlocks(options?: ScoreManyOptions): AnyBlockScorer;
  /** See {@link Scorer.explain}. */
  explain(record: Any, options?: ExplainOptions): Explanation;
  /** See {@link Scorer.counterfactuals}. */
  counterfactuals(record: Any, options?: CounterfactualOptions): Counterfactuals;
  /** Of a scorer from `tenure/decide`: what to do about a customer. */
  decide?(record: Any, options?: DecideOptions): Decision;
  /** Of a scorer from `tenure/decide`: whether it counts what it scores. */
  readonly isCounting?: boolean;
  /** Of a scorer from `tenure/decide`: makes a call whose records are counted already. */
  quietly?<T>(call: () => T): T;
  /** Of a scorer from `tenure/decide`: what it has scored. */
  profile?(options?: ProfileOptions): Promise<Profile>;
}

/** A table in blocks, of any customers: every `BlockScorer<C>` is one. */
export interface AnyBlockScorer {
  /** See {@link BlockScorer.score}. */
  score(block: Any): BlockScores;
  /** See {@link BlockScorer.probability}. */
  probability(logit: number): number;
  /** See {@link BlockScorer.finish}. */
  finish(): TableFindings;
}
