/** What the page and the cohort worker say to each other. */
import type { Columns, DeviceChoice, Field, WorkedOn } from "tenure";

export interface DriversRequest {
  model: Uint8Array;
  columns: Columns;
  /** Customers to explain at most; more are drawn from. */
  limit: number;
  device: DeviceChoice;
}

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

export type DriversReply =
  | { kind: "progress"; share: number }
  | { kind: "done"; drivers: Drivers }
  | { kind: "failed"; message: string };
