/** Messages between the page and the table worker. All of it can be cloned by `postMessage`. */
import type { Shift, ValueSummary } from "tenure";
import type { Failure } from "../text/failure";
import type { JoinedTexts } from "./dictionary";

/** Columns of the table by the fields that they stand for, where the names differ. */
export type Mapping = Readonly<Record<string, string>>;

export interface ScoreFile {
  model: Uint8Array;
  file: Blob;
  name: string;
  /** The sheet of a workbook; by default the first. */
  sheet: string | undefined;
  mapping: Mapping;
}

/** A problem in one row of the table. A row with a `fatal` one is not scored. */
export interface Finding {
  /** Row of the table, counted from 0. */
  row: number;
  /** The field's name; empty if the whole row is broken. */
  field: string;
  rule: string;
  value: string;
  message: string;
  fatal: boolean;
}

/**
 * A block of rows: codes into each column's list of distinct texts, the new texts of that list, and
 * the scores.
 */
export interface Block {
  rows: number;
  /** Rows without a score. */
  fatalRows: number;
  lines: Uint32Array;
  codes: Uint32Array[];
  newTexts: JoinedTexts[];
  probability: Float32Array;
  logit: Float32Array;
  tier: Uint8Array;
}

/** What is wrong in the whole table. Only broken rows are left out of `summary` and `shifts`. */
export interface Findings {
  /** In the order of the rows. */
  findings: Finding[];
  summary: readonly ValueSummary[];
  shifts: readonly Shift[];
}

/** What the reader says of a table before its rows. */
export interface Header {
  columns: string[];
  /** What stands between two cells; nothing for a sheet. */
  delimiter: string | undefined;
  /** The sheets of a workbook; none for text. */
  sheets: string[];
}

export type TableMessage =
  | { kind: "header"; header: Header }
  | { kind: "block"; block: Block; share: number }
  | { kind: "done"; seconds: number; notices: string[]; findings: Findings }
  | { kind: "failed"; failure: Failure };

/** The value of `tier` for a row without a score. */
export const NO_TIER = 255;
