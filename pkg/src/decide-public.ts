/** The exports of every platform's `tenure/decide`, except `load`. */

export type { DecidingLoad as Load } from "./deciding.js";
export type { DecidingScorer as Scorer } from "./deciding-scorer.js";
export type { MostProfit, Plan, PlannedOffer, PlanOptions, ProfitCurve } from "./plan.js";
export * from "./public.js";
