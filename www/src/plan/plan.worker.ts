/** Plans, and finds the reasons of offers, each in a worker of its own. */

import { append } from "../table/dictionary";
import { errorMessage } from "../text/failure";
import { type Cohort, makePlan } from "./make";
import type { AddColumn, OpenCohort, PlanReply, PlanRequest, ReasonsOfOffersReply } from "./messages";
import { offerReasons } from "./offer-reasons";

type Reply = PlanReply | ReasonsOfOffersReply;

const reply = (message: Reply, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
let cohort: Cohort | undefined;

self.addEventListener("message", ({ data }: MessageEvent<PlanRequest>) => {
  if (data.kind === "open") cohort = { model: data.model, columns: {} };
  else if (data.kind === "column") {
    const categories: string[] = [];
    append(data.texts, categories);
    cohort!.columns[data.name] = { codes: data.codes, categories };
  } else answer(data).catch((error: unknown) => reply({ kind: "failed", message: errorMessage(error) }));
});

async function answer(request: Exclude<PlanRequest, OpenCohort | AddColumn>): Promise<void> {
  switch (request.kind) {
    case "plan": {
      const plan = await makePlan(cohort!, request);
      return reply(
        { kind: "made", plan },
        [plan.places, plan.offers, plan.profits, plan.costs].map(({ buffer }) => buffer),
      );
    }
    case "reasons":
      for await (const reasons of offerReasons(request)) reply({ kind: "block", reasons });
      return reply({ kind: "done" });
  }
}
