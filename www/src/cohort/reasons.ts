/** The strongest reasons of many customers, computed in a worker, with progress and cancelling. */
import type { Field } from "tenure";
import type { AddedColumns } from "../table/export";
import type { ScoredTable } from "../table/scored-table";
import { columnsOf } from "./drivers";
import type { ReasonsReply, ReasonsRequest } from "./messages";

/** Reasons of each customer. Nobody reads more. */
const COUNT = 3;

export interface ReasonsRun {
  /** `undefined` if the run was cancelled. */
  outcome: Promise<AddedColumns | undefined>;
  cancel(): void;
}

/** @param rows rows of the table; the reasons are found by the places in this list. */
export function findReasons(
  model: Uint8Array,
  fields: readonly Field[],
  table: ScoredTable,
  rows: Uint32Array,
  onProgress: (share: number) => void,
): ReasonsRun {
  const worker = new Worker(new URL("./reasons.worker.ts", import.meta.url), { type: "module", name: "reasons" });
  const found = { fields: new Uint16Array(rows.length * COUNT), contributions: new Float32Array(rows.length * COUNT) };
  let filled = 0;
  let cancel = () => {};
  const outcome = new Promise<AddedColumns | undefined>((resolve, reject) => {
    cancel = () => resolve(undefined);
    worker.addEventListener("message", ({ data }: MessageEvent<ReasonsReply>) => {
      if (data.kind === "failed") return reject(new Error(data.message));
      if (data.kind === "done")
        return resolve({ names: Array.from({ length: COUNT }, (_, index) => `reason_${index + 1}`), at: told });
      found.fields.set(data.fields, filled);
      found.contributions.set(data.contributions, filled);
      filled += data.fields.length;
      onProgress(data.share);
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    const columns = columnsOf(table, fields, rows);
    worker.postMessage({ model, columns, count: COUNT } satisfies ReasonsRequest);
  }).finally(() => worker.terminate());

  /** Each reason as `Contract: Month-to-month (+17.3)` in percentage points, with a point in every language, as in all of the file. */
  const told = (place: number): string[] => {
    const row = rows[place]!;
    if (!table.isScored(row)) return [];
    return Array.from({ length: Math.min(COUNT, fields.length) }, (_, index) => {
      const field = fields[found.fields[place * COUNT + index]!]!;
      const contribution = found.contributions[place * COUNT + index]!;
      const sign = contribution < 0 ? "" : "+";
      return `${field.label || field.name}: ${table.text(row, field.name)} (${sign}${(100 * contribution).toFixed(1)})`;
    });
  };
  return { outcome, cancel: () => cancel() };
}
