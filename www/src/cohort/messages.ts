/** Messages between the page and the cohort worker. */
import type { Columns, DeviceChoice, Field, WorkedOn } from "tenure";

export interface DriversRequest {
  model: Uint8Array;
  columns: Columns;
  /** The most customers to explain. From more, a random sample of this size is taken. */
  limit: number;
  device: DeviceChoice;
}

/** One field, over all customers that were explained. */
export interface Driver {
  field: Field;
  /** Mean absolute contribution in log-odds. */
  mean: number;
  /** In log-odds, one for each customer; NaN for a customer without an explanation. */
  contributions: Float32Array;
  /** One number or category code for each customer; NaN if the value is missing. */
  values: Float64Array;
  /** The categories, by code; `undefined` for a number. */
  categories?: string[] | undefined;
  /** Whether a customer has a category that the schema does not list; its code is the next one. */
  hasOther: boolean;
  /**
   * The field that explains most of the contributions' variance at equal values. It colours the
   * dependence plot.
   */
  color?: { label: string; values: Float64Array } | undefined;
}

export interface Drivers {
  /** The most important first. */
  drivers: Driver[];
  /** How many customers were explained, and how many there are. */
  rows: number;
  of: number;
  /** The largest standard error of a contribution; 0 if all are exact. */
  standardError: number;
  /** The device that was used, and the reason if it is not the one that was chosen. */
  workedOn: WorkedOn;
  seconds: number;
}

export type DriversReply =
  | { kind: "progress"; share: number }
  | { kind: "done"; drivers: Drivers }
  | { kind: "failed"; message: string };

export interface ReasonsRequest {
  model: Uint8Array;
  columns: Columns;
  /** How many reasons each customer gets. */
  count: number;
}

export type ReasonsReply =
  | {
      kind: "block";
      /** `[rows, count]`: positions in the schema's fields, the strongest reason first. */
      fields: Uint16Array;
      /** `[rows, count]`: of the probability; NaN for a customer without an explanation. */
      contributions: Float32Array;
      share: number;
    }
  | { kind: "done" }
  | { kind: "failed"; message: string };

export interface PeersRequest {
  model: Uint8Array;
  columns: Columns;
  /** The tier of each customer. */
  tiers: Uint8Array;
  tierCount: number;
}

export type PeersReply =
  /** `[tiers, fields]`: mean contributions in log-odds; NaN for a tier without customers. */
  { kind: "means"; means: Float64Array } | { kind: "failed"; message: string };
