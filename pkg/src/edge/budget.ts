/** How the evaluations of a request are shared by its records. */

import type { AnyScorer } from "../any-scorer.js";
import type { Limits } from "./limits.js";
import { refuse } from "./refusal.js";

/** An estimate needs this many evaluations for each reference customer. */
const SMALLEST_ESTIMATE = 16;

/** The least budget that `explain` of a scorer takes. */
export const smallestBudget = ({ backgroundRows }: AnyScorer): number => SMALLEST_ESTIMATE * backgroundRows;

/** The evaluations for each of some records. Throws 413 if they are too few for an estimate. */
export function budgetOf({ budget }: Limits, scorer: AnyScorer, records: number): number {
  const smallest = smallestBudget(scorer);
  const own = Math.floor(budget / Math.max(1, records));
  if (own >= smallest) return own;
  const most = Math.floor(budget / smallest);
  throw refuse(413, "body_too_large", `a request that explains must have at most ${most} records, not ${records}`);
}
