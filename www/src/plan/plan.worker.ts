/** Plans, checks policies, and finds the reasons of offers, each in a worker of its own. */
import { errorMessage } from "../text/failure";
import { policyProblems } from "./check";
import { makePlan } from "./make";
import type { CheckReply, OpenCohort, PlanReply, PlanRequest, ReasonsOfOffersReply } from "./messages";
import { offerReasons } from "./offer-reasons";

type Reply = PlanReply | CheckReply | ReasonsOfOffersReply;

const reply = (message: Reply, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
let cohort: OpenCohort | undefined;

self.addEventListener("message", ({ data }: MessageEvent<PlanRequest>) => {
  if (data.kind === "open") cohort = data;
  else answer(data).catch((error: unknown) => reply({ kind: "failed", message: errorMessage(error) }));
});

async function answer(request: Exclude<PlanRequest, OpenCohort>): Promise<void> {
  switch (request.kind) {
    case "plan": {
      const plan = await makePlan(cohort!, request);
      return reply(
        { kind: "made", plan },
        [plan.places, plan.offers, plan.profits, plan.costs].map(({ buffer }) => buffer),
      );
    }
    case "check":
      return reply({ kind: "checked", problems: await policyProblems(request.model, request.policy) });
    case "reasons":
      for await (const reasons of offerReasons(request)) reply({ kind: "block", reasons });
      return reply({ kind: "done" });
  }
}
