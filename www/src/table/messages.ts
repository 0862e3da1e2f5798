/** Messages between the page and the table worker. All of it can be cloned by `postMessage`. */
import type { FileFailure } from "../text/failure";
import type { JoinedTexts } from "./dictionary";

export interface ScoreFile {
  model: Uint8Array;
  file: Blob;
  name: string;
}

/** A problem in one line of the file. A row with a `fatal` one is not scored. */
export interface Finding {
  /** Line in the file, counted from 1, the header included. */
  line: number;
  /** Row of the table, counted from 0. */
  row: number;
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
  lines: Uint32Array;
  codes: Uint32Array[];
  newTexts: JoinedTexts[];
  probability: Float32Array;
  logit: Float32Array;
  tier: Uint8Array;
  findings: Finding[];
}

export type TableMessage =
  | { kind: "header"; header: string[]; delimiter: string }
  | { kind: "block"; block: Block; share: number }
  | { kind: "done"; seconds: number; notices: string[] }
  | { kind: "failed"; failure: FileFailure };

/** The value of `tier` for a row without a score. */
export const NO_TIER = 255;
