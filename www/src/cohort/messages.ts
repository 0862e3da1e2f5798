/** What the page and the cohort worker say to each other. */
import type { Columns, DeviceChoice } from "tenure";
import type { Drivers } from "./drivers";

export interface DriversRequest {
  model: Uint8Array;
  columns: Columns;
  /** Customers to explain at most; more are drawn from. */
  limit: number;
  device: DeviceChoice;
}

export type DriversReply =
  | { kind: "progress"; share: number }
  | { kind: "done"; drivers: Drivers }
  | { kind: "failed"; message: string };
