/** Workers that plan. */
import type { Schema } from "tenure";
import { rowsOf } from "../cohort/drivers";
import { joined } from "../table/dictionary";
import type { ScoredTable } from "../table/scored-table";
import { fieldNames } from "./cohort";
import { Latest } from "./latest";
import type { AddColumn, AskPlan, OpenCohort, PlanReply } from "./messages";

/** A worker that answers each request of `messages.ts`. */
export function planWorker(): Worker {
  return new Worker(new URL("./plan.worker.ts", import.meta.url), { type: "module", name: "plan" });
}

/**
 * Plans for some rows of a table, which the worker keeps. `onReply` is called with each plan, or with why
 * there is none.
 */
export function planner(
  model: Uint8Array,
  schema: Schema,
  table: ScoredTable,
  rows: Uint32Array,
  onReply: (reply: PlanReply) => void,
): Latest<AskPlan, PlanReply> {
  const worker = planWorker();
  worker.postMessage({ kind: "open", model } satisfies OpenCohort);
  const ready = sendColumns(worker, schema, table, rows);
  return new Latest(worker, onReply, (message) => ({ kind: "failed", message }), ready);
}

/** Sends column by column, so that the page paints between two of a long table. */
async function sendColumns(worker: Worker, schema: Schema, table: ScoredTable, rows: Uint32Array): Promise<void> {
  for (const { name } of fieldNames(schema, table)) {
    const { codes, categories } = rowsOf(table.column(name)!, rows);
    const message: AddColumn = { kind: "column", name, codes, texts: joined(categories) };
    worker.postMessage(message, [codes.buffer, message.texts.ends.buffer]);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
