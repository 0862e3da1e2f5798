/** What callers hand in and get back: records, columns, scores, explanations. */

import type { WorkedOn } from "./device.js";
import type { Problem } from "./tenure-error.js";

/** What a record may say about one field; `null` means that the value is not known. A `Date` is for date fields. */
export type FieldValue = string | number | boolean | Date | null;

/**
 * A plain object with one value for each field of the schema; further keys are ignored. The type looks at the keys that
 * a record has, so that interfaces, which have no index signature, fit too; texts and lists, which have methods, do not.
 */
export type RecordOf<R> = Readonly<Partial<Record<keyof R, FieldValue | undefined>>>;

/** A record whose fields are known at run time only. */
export type CustomerRecord = { readonly [field: string]: FieldValue | undefined };

/** Numbers of one column. `NaN` in a float array means "missing"; infinity is an error of its row. */
export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/**
 * A column of few different values, as Arrow and pandas hold it: row r has `categories[codes[r]]`. A negative code or
 * `null` among the categories means "missing"; a code beyond the categories means that the row has no value.
 */
export interface DictionaryColumn {
  readonly codes: Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;
  readonly categories: readonly FieldValue[];
}

/** The values of one field for all rows. Typed arrays and dictionaries are the fastest, text is read as in a record. */
export type Column = NumberArray | DictionaryColumn | readonly (FieldValue | undefined)[];

/** One column for each field of the schema, all of one length; further keys are ignored. */
export type Columns = { readonly [field: string]: Column };

/** The score of one customer. */
export interface Score {
  /** Calibrated probability of leaving, 0 to 1. */
  readonly probability: number;
  /** The network's output before calibration, in log-odds. */
  readonly logit: number;
  /** Position in `policy.tiers`. */
  readonly tier: number;
  /** Warnings: how unusual values were treated. One shared, frozen, empty list where there are none. */
  readonly problems: readonly Problem[];
}

/** A problem and the row it is in, counted from 0. */
export interface RowProblem extends Problem {
  readonly row: number;
}

/** The scores of many customers, row by row in the order of the input. */
export interface Scores {
  /** Calibrated probabilities, 0 to 1; `NaN` where the row has errors. */
  readonly probability: Float32Array<ArrayBuffer>;
  /** Log-odds before calibration; `NaN` where the row has errors. */
  readonly logit: Float32Array<ArrayBuffer>;
  /** Positions in `policy.tiers`; 255 where the row has errors. */
  readonly tier: Uint8Array<ArrayBuffer>;
  /** For each row 0 (clean), 1 (scored, with warnings) or 2 (errors, not scored). */
  readonly flags: Uint8Array<ArrayBuffer>;
  /** Errors and warnings by row, of the first `problemLimit` rows that have any. */
  readonly problems: readonly RowProblem[];
  /** How many rows have problems, listed or not. */
  readonly problemCount: number;
  /** How many rows were not scored. */
  readonly errorCount: number;
}

/** Options of {@link Scorer.scoreMany}. */
export interface ScoreManyOptions {
  /**
   * The problems of at most so many rows are listed (1,000 unless given), so that a million bad rows do not fill the
   * memory; `flags` and the counts always cover every row.
   */
  readonly problemLimit?: number;
}

/** Options of {@link Scorer.scoreManyAsync}. */
export interface ScoreManyAsyncOptions extends ScoreManyOptions {
  /** Stops the work between two parts of it: the promise is rejected with a TenureError `aborted`. */
  readonly signal?: AbortSignal;
}

/** Options of {@link Scorer.explain}. */
export interface ExplainOptions {
  /**
   * Most evaluations of the network, at least 16 for each reference customer. The contributions are exact where the sum
   * of 2^d over the reference customers is no more, d being the fields that differ from it; else they are estimates.
   * Unless given, what takes less than a tenth of a second (2^28 multiply-adds: 4.1 million evaluations of a network of 32
   * units), of which an estimate spends what a standard error of 0.001 takes.
   */
  readonly budget?: number | undefined;
  /** An estimate stops once its largest standard error is no more, in log-odds. A budget is spent unless it is given. */
  readonly tolerance?: number | undefined;
  /** Of the random draws of an estimate: the same seed gives the same numbers. 0 unless given. */
  readonly seed?: number | undefined;
  /** Whether to add {@link Explanation.interactions}, for about as many evaluations again. */
  readonly interactions?: boolean | undefined;
}

/** The share of one field in a logit. */
export interface Contribution {
  /** The field's name, and the words a person reads. */
  readonly field: string;
  readonly label: string;
  /** The value in words, with its unit. */
  readonly text: string;
  /** The value as the record has it. */
  readonly value: FieldValue;
  /** Log-odds that this value adds (or takes, if negative) against the reference customers. */
  readonly contribution: number;
  /** How far off the contribution may be (two of them cover 95%), in log-odds; 0 where it is exact. */
  readonly standardError: number;
  /** All of it in plain words, in the language of the scorer. */
  readonly sentence: string;
}

/** How far two fields move a logit together. */
export interface Interaction {
  /** The fields' names, in schema order. */
  readonly first: string;
  readonly second: string;
  /**
   * Shapley interaction index of order two, in log-odds: what both values add beyond what each adds by itself, averaged
   * over what the other fields may be. Above 0 they strengthen each other, below 0 one stands in for the other.
   */
  readonly value: number;
}

/** Why a customer scores as it does: `base` and all contributions add up to `logit`. */
export interface Explanation {
  /** Mean logit of the reference customers in the artifact. */
  readonly base: number;
  readonly logit: number;
  readonly probability: number;
  /** Position in `policy.tiers`. */
  readonly tier: number;
  /** Whether the contributions are exact Shapley values, not an estimate. */
  readonly exact: boolean;
  /** How many times the network was evaluated for it: one coalition of fields against one reference customer each. */
  readonly evaluations: number;
  /** The largest standard error of a contribution, in log-odds; 0 where all are exact. */
  readonly standardError: number;
  /** One for each field, largest absolute contribution first. */
  readonly contributions: readonly Contribution[];
  /** All pairs of fields, largest absolute value first; there where asked for, and where `exact` is true. */
  readonly interactions?: readonly Interaction[];
  readonly problems: readonly Problem[];
}

/** Options of {@link Scorer.explainMany}; `budget` and `tolerance` are for each row, and `seed` draws the rows too. */
export interface ExplainManyOptions extends Omit<ExplainOptions, "interactions"> {
  /** Explains at most so many rows: a sample without replacement where there are more. All rows unless given. */
  readonly rows?: number;
  /** Stops the work between two blocks: the iteration then throws a TenureError `aborted`. */
  readonly signal?: AbortSignal;
}

/** Explanations of some rows, how far the work is, and on which device it was done. Arrays are the caller's to keep. */
export interface ExplainedBlock extends WorkedOn {
  /** Rows explained so far, this block among them, and rows to explain. */
  readonly done: number;
  readonly total: number;
  /** Positions of this block's rows in the input, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** `[rows, fields]`, row-major, fields in schema order, log-odds; NaN in a row that has errors. */
  readonly contributions: Float32Array<ArrayBuffer>;
  /** `[rows, fields]`: the number, or the code of the category (their count stands for OTHER), NaN for missing. */
  readonly values: Float64Array<ArrayBuffer>;
  /** `[rows]`: log-odds, and calibrated probability; NaN in a row that has errors. */
  readonly logit: Float32Array<ArrayBuffer>;
  readonly probability: Float32Array<ArrayBuffer>;
  /** `[rows]`: largest standard error of the row's contributions, log-odds; 0 where they are exact. */
  readonly standardError: Float32Array<ArrayBuffer>;
}
