/**
 * What drives the scores of many customers: contributions by field, computed away from the page's thread, with progress,
 * and given up when nobody waits any more.
 */
import type { Columns, DeviceChoice, Field, WorkedOn } from "tenure";
import type { ScoredTable } from "../table/scored-table";
import type { DriversReply, DriversRequest } from "./messages";

/** One field over all customers that were explained. */
export interface Driver {
  field: Field;
  /** Mean absolute contribution in log-odds. */
  mean: number;
  /** One for each customer, NaN where there is none. */
  contributions: Float32Array;
  /** The numbers, or the codes of the categories; NaN where missing. */
  values: Float64Array;
  /** Texts of the codes; undefined for a number. */
  categories?: string[] | undefined;
  /** The field that explains most of what this one's value leaves open; it colours the dependence plot. */
  color?: { label: string; values: Float64Array } | undefined;
}

export interface Drivers {
  /** The most important first. */
  drivers: Driver[];
  /** Customers explained, and of how many they were drawn. */
  rows: number;
  of: number;
  /** Largest standard error of a contribution, 0 where all are exact. */
  standardError: number;
  /** The device that did it, and why it was the CPU where another was asked for. */
  workedOn: WorkedOn;
  seconds: number;
}

export interface DriversRun {
  /** `undefined` when it was cancelled. */
  outcome: Promise<Drivers | undefined>;
  cancel(): void;
}

export interface CohortOptions {
  /** Customers to explain at most; more are drawn from. */
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

/** The rows of a table as the package's columns. */
export function columnsOf(table: ScoredTable, fields: readonly Field[], rows: Uint32Array): Columns {
  return Object.fromEntries(
    fields.map(({ name }) => {
      const column = table.column(name);
      return [name, column ? { codes: rows.map((row) => column.codes[row]!), categories: column.texts } : []];
    }),
  );
}

export function nameOf(field: Field): string {
  return field.label || field.name;
}
