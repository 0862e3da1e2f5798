/** What the page and the table worker say to each other. Everything here survives structured cloning. */
import type { FileFailure } from "../text/failure";

export interface ScoreFile {
  model: Uint8Array;
  file: Blob;
  name: string;
}

/** One finding in one line of the file. A finding that is not `fatal` leaves the row scored. */
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

/** A run of rows: codes into each column's list of distinct texts, the texts that are new, and the scores. */
export interface Block {
  rows: number;
  lines: Uint32Array;
  codes: Uint32Array[];
  newTexts: string[][];
  probability: Float32Array;
  logit: Float32Array;
  tier: Uint8Array;
  findings: Finding[];
}

export type TableMessage =
  | { kind: "header"; header: string[]; delimiter: string; notices: string[] }
  | { kind: "block"; block: Block; share: number }
  | { kind: "done"; seconds: number }
  | { kind: "failed"; failure: FileFailure };

/** In `tier`: the row has an error and no score. */
export const NO_TIER = 255;
