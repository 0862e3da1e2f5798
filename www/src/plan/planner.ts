/** Plans in a worker, which keeps the table. */
import type { Columns } from "tenure";
import { Latest } from "./latest";
import type { AskPlan, OpenCohort, PlanReply } from "./messages";

/** `onReply` is called with each plan, or with why there is none. */
export function planner(
  model: Uint8Array,
  columns: Columns,
  onReply: (reply: PlanReply) => void,
): Latest<AskPlan, PlanReply> {
  const worker = new Worker(new URL("./plan.worker.ts", import.meta.url), { type: "module", name: "plan" });
  worker.postMessage({ kind: "open", model, columns } satisfies OpenCohort);
  return new Latest(worker, onReply, (message) => ({ kind: "failed", message }));
}
