/** Makes plans for the customers of a table. */
import { type DictionaryColumn, load, type Scorer } from "tenure/decide";
import type { AskPlan, MadePlan } from "./messages";

/** The offer of a customer without one. */
const NO_OFFER = 255;

/** The customers to plan for. */
export interface Cohort {
  model: Uint8Array;
  columns: Record<string, DictionaryColumn>;
}

/** The scorer, with the last policy. */
let last: { key: string; scorer: Scorer } | undefined;

export async function makePlan({ model, columns }: Cohort, { policy, limits }: AskPlan): Promise<MadePlan> {
  const key = JSON.stringify(policy);
  if (last?.key !== key) {
    const scorer = last?.scorer ?? (await load(model));
    scorer.usePolicy(policy);
    last = { key, scorer };
  }
  const { offer, expectedProfit, cost, probability, holdout, total, curve } = last.scorer.plan(columns, {
    ...limits,
    problemLimit: 0,
  });
  const places = Uint32Array.from(offer, (_, place) => place).filter((place) => offer[place] !== NO_OFFER);
  places.sort((left, right) => expectedProfit[right]! - expectedProfit[left]! || left - right);
  return {
    places,
    offers: Uint8Array.from(places, (place) => offer[place]!),
    profits: Float64Array.from(places, (place) => expectedProfit[place]!),
    costs: Float64Array.from(places, (place) => cost[place]!),
    profit: total.expectedProfit,
    cost: total.cost,
    meanRisk: places.reduce((sum, place) => sum + probability[place]!, 0) / Math.max(1, places.length),
    heldOut: holdout.reduce((sum, held) => sum + held, 0),
    curve,
  };
}
