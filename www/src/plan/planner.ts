/** Workers that plan and check policies. */
import type { Columns } from "tenure";
import type { PolicyProblem } from "./check";
import { Latest } from "./latest";
import type { AskCheck, AskPlan, CheckReply, OpenCohort, PlanReply } from "./messages";

/** A worker that answers each request of `messages.ts`. */
export function planWorker(): Worker {
  return new Worker(new URL("./plan.worker.ts", import.meta.url), { type: "module", name: "plan" });
}

/** Plans for a table, which the worker keeps. `onReply` is called with each plan, or with why there is none. */
export function planner(
  model: Uint8Array,
  columns: Columns,
  onReply: (reply: PlanReply) => void,
): Latest<AskPlan, PlanReply> {
  const worker = planWorker();
  worker.postMessage({ kind: "open", model, columns } satisfies OpenCohort);
  return new Latest(worker, onReply, (message) => ({ kind: "failed", message }));
}

/** Checks policies. `onProblems` is called with the problems of each, also with that of a worker that fails. */
export function checker(onProblems: (problems: PolicyProblem[]) => void): Latest<AskCheck, CheckReply> {
  return new Latest(
    planWorker(),
    (reply) => onProblems(reply.kind === "checked" ? reply.problems : [{ place: "", message: reply.message }]),
    (message) => ({ kind: "failed", message }),
  );
}
