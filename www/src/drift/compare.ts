/** What moved since training, computed in a worker. */
import type { Schema } from "tenure";
import { rowsOf } from "../cohort/drivers";
import { joined } from "../table/dictionary";
import type { ScoredTable } from "../table/scored-table";
import type { AskDrift, CountColumn, Drift, DriftReply } from "./messages";

export interface DriftRun {
  outcome: Promise<Drift>;
  cancel(): void;
}

/** Compares profiles, or where there is none all rows of a table, with what the model saw in training. */
export function compareDrift(
  model: Uint8Array,
  schema: Schema,
  table: ScoredTable | undefined,
  profiles: readonly string[],
): DriftRun {
  const worker = new Worker(new URL("./drift.worker.ts", import.meta.url), { type: "module", name: "drift" });
  const outcome = new Promise<Drift>((resolve, reject) => {
    worker.addEventListener("message", ({ data }: MessageEvent<DriftReply>) => {
      if (data.kind === "done") resolve(data.drift);
      else reject(new Error(data.message));
    });
    worker.addEventListener("error", ({ message }) => reject(new Error(message)));
  }).finally(() => worker.terminate());
  const ask: AskDrift = { kind: "compare", model, profiles };
  void sendColumns(worker, schema, profiles.length === 0 ? table : undefined).then(() => worker.postMessage(ask));
  return { outcome, cancel: () => worker.terminate() };
}

/** Sends column by column, so that the page paints between two of a long table. */
async function sendColumns(worker: Worker, { fields }: Schema, table: ScoredTable | undefined): Promise<void> {
  if (!table) return;
  // The cells of a broken line may be in the wrong columns.
  const rows = Uint32Array.from({ length: table.rowCount }, (_, row) => row).filter(
    (row) => !table.brokenRows.has(row),
  );
  for (const { name } of fields) {
    const { codes, categories } = rowsOf(table.column(name)!, rows);
    const message: CountColumn = { kind: "column", name, codes, texts: joined(categories) };
    worker.postMessage(message, [codes.buffer, message.texts.ends.buffer]);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
