/** The exports of every platform's `tenure/decide`, except `load`. */

export type { DecidingLoad as Load, DecidingLoadOptions as LoadOptions } from "./deciding.js";
export type { DecidingScorer as Scorer } from "./deciding-scorer.js";
export type {
  Comparison,
  Distance,
  Distances,
  ExpectedFigure,
  ExpectedFigures,
  FieldComparison,
  OfferDecisions,
  PolicyProblem,
  Profile,
  ProfileScores,
  RuleCounts,
  ScoreComparison,
} from "./generated.js";
export type { MostProfit, Plan, PlannedOffer, PlanOptions, ProfitCurve } from "./plan.js";
export type { CompareOptions, ProfileOptions } from "./profile.js";
export * from "./public.js";
