/** Plans for the customers of a table with its own scorer, as often as the page asks. */
import { load, type Scorer } from "tenure/decide";
import { errorMessage } from "../text/failure";
import type { AskPlan, MadePlan, OpenCohort, PlanReply, PlanRequest } from "./messages";
import { withPolicy } from "./policy";

const reply = (message: PlanReply, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
let cohort: OpenCohort | undefined;
/** The scorer of the last policy. */
let last: { key: string; scorer: Scorer } | undefined;

self.addEventListener("message", ({ data }: MessageEvent<PlanRequest>) => {
  if (data.kind === "open") cohort = data;
  else if (cohort) {
    plan(cohort, data).then(
      (made) =>
        reply({ kind: "made", plan: made }, [
          made.places.buffer,
          made.offers.buffer,
          made.profits.buffer,
          made.costs.buffer,
        ]),
      (error: unknown) => reply({ kind: "failed", message: errorMessage(error) }),
    );
  }
});

async function plan({ model, columns }: OpenCohort, { policy, limits }: AskPlan): Promise<MadePlan> {
  const key = JSON.stringify(policy);
  if (last?.key !== key) {
    const scorer = await load(withPolicy(model, policy));
    last?.scorer.dispose();
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

/** The offer of a customer without one. */
const NO_OFFER = 255;
