/**
 * What drives the scores of many customers: contributions by field, computed in a worker, with
 * progress and cancelling.
 */
import type { Columns, DeviceChoice } from "tenure";
import type { Column } from "../table/dictionary";
import type { ScoredTable } from "../table/scored-table";
import type { Drivers, DriversReply, DriversRequest } from "./messages";

export interface DriversRun {
  /** `undefined` if the run was cancelled. */
  outcome: Promise<Drivers | undefined>;
  cancel(): void;
}

export interface CohortOptions {
  /** The most customers to explain. From more, a random sample of this size is taken. */
  limit: number;
  device: DeviceChoice;
  onProgress(share: number): void;
}

export function explainCohort(
  model: Uint8Array,
  columns: Columns,
  { limit, device, onProgress }: CohortOptions,
): DriversRun {
  const worker = new Worker(new URL("./cohort.worker.ts", import.meta.url), { type: "module", name: "cohort" });
  let cancel = () => {};
  const outcome = new Promise<Drivers | undefined>((resolve, reject) => {
    cancel = () => {
      worker.terminate();
      resolve(undefined);
    };
    worker.addEventListener("message", ({ data }: MessageEvent<DriversReply>) => {
      if (data.kind === "progress") return onProgress(data.share);
      worker.terminate();
      if (data.kind === "done") resolve(data.drivers);
      else reject(new Error(data.message));
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
  });
  worker.postMessage({ model, columns, limit, device } satisfies DriversRequest);
  return { outcome, cancel };
}

/** As `rows.map`, in memory that can be given to a worker. `Uint32Array.from` is slow. */
function mapped(rows: Uint32Array, map: (row: number) => number): Uint32Array<ArrayBuffer> {
  const result = new Uint32Array(rows.length);
  for (let at = 0; at < rows.length; at++) result[at] = map(rows[at]!);
  return result;
}

/** The rows of a column, with no more texts than they can have. */
export function rowsOf(
  { codes, texts }: Column,
  rows: Uint32Array,
): { codes: Uint32Array<ArrayBuffer>; categories: string[] } {
  if (rows.length >= texts.length) return { codes: mapped(rows, (row) => codes[row]!), categories: texts };
  const places = new Map<number, number>();
  const own = mapped(rows, (row) => {
    const code = codes[row]!;
    if (!places.has(code)) places.set(code, places.size);
    return places.get(code)!;
  });
  return { codes: own, categories: Array.from(places.keys(), (code) => texts[code]!) };
}

/** Some rows of a table, as columns for the package. */
export function columnsOf(table: ScoredTable, fields: readonly { name: string }[], rows: Uint32Array): Columns {
  return Object.fromEntries(
    fields.map(({ name }) => {
      const column = table.column(name);
      return [name, column ? rowsOf(column, rows) : []];
    }),
  );
}
