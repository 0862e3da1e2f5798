/** Arguments and results: records, columns, scores, explanations. */

import type { WorkedOn } from "./device.js";
import type { CoreContribution, CoreExplanation, CoreFinding, CoreScore } from "./generated.js";
import type { Problem, Rule } from "./tenure-error.js";

export type { Interaction } from "./generated.js";

/**
 * The value of a field in a record. `null` stands for a missing value. A `Date` is for date fields.
 * A `bigint` is the number or text of its digits.
 */
export type FieldValue = string | number | bigint | boolean | Date | null;

/**
 * A plain object with a value for each field of the schema. Other keys are ignored. Interfaces fit
 * this type although they have no index signature. Strings and arrays do not, because of their
 * methods.
 */
export type RecordOf<R> = Readonly<Partial<Record<keyof R, FieldValue | undefined>>>;

/**
 * The record that a scorer takes: any record, or `C` if the scorer was loaded for such customers, as
 * `load<Customer>(…)`. `tenure types` writes the interface `Customer` of a model.
 */
export type RecordFor<C, R> = unknown extends C ? RecordOf<R> : C;

/** The names of fields that a scorer takes. */
export type FieldNameFor<C> = unknown extends C ? string : keyof C & string;

/** A record whose fields are only known at run time. */
export type CustomerRecord = { readonly [field: string]: FieldValue | undefined };

/**
 * The numbers of one column. `NaN` is a missing value. An infinite number is an error of its row.
 */
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

/** A dictionary column, as in Arrow and pandas: row `r` has the value `categories[codes[r]]`. */
export interface DictionaryColumn {
  /**
   * `[rows]`: positions in `categories`. The code -1 is a missing value. Any other code that is no
   * position is an error of its row.
   */
  readonly codes: Uint8Array | Uint16Array | Uint32Array | Int8Array | Int16Array | Int32Array;
  /** The distinct values. `null` is a missing value. */
  readonly categories: readonly FieldValue[];
}

/**
 * The values of one field in all rows. Typed arrays and dictionaries are fastest. An array has
 * values as in a record; a hole is an error of its row. Integers of 64 bits are the nearest numbers
 * in number and date fields, and the text of their digits in others.
 */
export type Column =
  | NumberArray
  | BigInt64Array
  | BigUint64Array
  | DictionaryColumn
  | ArrowVector
  | readonly (FieldValue | undefined)[];

/**
 * A column of Apache Arrow: a `Vector` of `apache-arrow`, or a `Column` of `@uwdata/flechette`. A null
 * is a missing value, and so is NaN. Decimals are the nearest numbers, dates and timestamps are
 * dates, times of day and durations are hours.
 */
export interface ArrowVector {
  /** Number of rows. */
  readonly length: number;
  /** The type, by its number in Arrow's `Schema.fbs`. */
  readonly type: {
    /** The number. */
    readonly typeId: number;
  };
  /** The chunks. */
  readonly data: readonly unknown[];
  /** The value of a row. */
  get(row: number): unknown;
}

/** A `Table` or `RecordBatch` of `apache-arrow`, or a `Table` of `@uwdata/flechette`. */
export interface ArrowTable {
  /** Number of rows. */
  readonly numRows: number;
  /** The column with this name. */
  // biome-ignore lint/suspicious/noExplicitAny: the tables of typed columns take only their names.
  getChild(name: any): ArrowVector | null | undefined;
}

/**
 * A column for each field of the schema, all of one length. Other keys are ignored. A table of
 * Apache Arrow is an object of columns too.
 */
export type Columns = { readonly [field: string]: Column } | ArrowTable;

/** The columns that a scorer takes: any, or one for each field of `C`. See {@link RecordFor}. */
export type ColumnsFor<C> = unknown extends C ? Columns : { readonly [F in keyof C]: Column } | ArrowTable;

/** Which model computed a score. */
export interface ModelIdentity {
  /** The model's name, such as "IBM Telco". */
  readonly name: string;
  /** The version of Tenure that trained it; `null` if its card does not say so. */
  readonly version: string | null;
  /** The SHA-256 of its file in hexadecimal, as `sha256sum model.safetensors` prints it. */
  readonly sha256: string;
}

/** The score of one customer. */
export interface Score extends CoreScore {
  /** Warnings: values that were treated specially. Usually empty. */
  readonly problems: readonly Problem[];
}

/** A problem of a row. */
export interface RowProblem extends Problem {
  /** Position of the row in the input, from 0. */
  readonly row: number;
}

/** The rows of a table in which the value of one field breaks one rule. */
export interface ValueSummary extends Omit<CoreFinding, "rule"> {
  /** The rule that the values break. */
  readonly rule: Rule;
}

/**
 * A field that is missing, or has a text that is no category, in more of the rows than in training:
 * by a tenth of all rows, and by more than chance explains. `examples` has texts that are no category.
 */
export interface Shift extends Omit<CoreFinding, "rule"> {
  /** What it is: without a value, or with a text that is no category. */
  readonly rule: "missing" | "unseen_category";
}

/** The scores of a block of customers, in the order of the input. */
export interface BlockScores {
  /** `[rows]`: calibrated probabilities, 0 to 1. NaN in a row with errors. */
  readonly probability: Float32Array<ArrayBuffer>;
  /** `[rows]`: logits before calibration. NaN in a row with errors. */
  readonly logit: Float32Array<ArrayBuffer>;
  /** `[rows]`: positions in `policy.tiers`. 255 in a row with errors. */
  readonly tier: Uint8Array<ArrayBuffer>;
  /** `[rows]`: 0 for no problem, 1 for warnings, 2 for errors (not scored). */
  readonly flags: Uint8Array<ArrayBuffer>;
  /** Number of rows with errors, which are not scored. */
  readonly errorCount: number;
}

/** What is wrong in the rows of a table. */
export interface TableFindings {
  /**
   * Errors and warnings of the first `problemLimit` rows that have any, in the order of the rows.
   */
  readonly problems: readonly RowProblem[];
  /** Number of rows with problems, listed or not. */
  readonly problemCount: number;
  /** The problems of all rows by field and rule, in schema order. */
  readonly summary: readonly ValueSummary[];
  /** Fields that are not as they were in training, so the scores may be wrong. */
  readonly shifts: readonly Shift[];
}

/** The scores of many customers, in the order of the input. */
export interface Scores extends BlockScores, TableFindings {}

/** A table that is scored as it arrives. {@link Scorer.scoreBlocks} makes it. */
export interface BlockScorer<C = unknown> {
  /**
   * Scores the next rows of the table.
   *
   * @param columns columns or records, as {@link Scorer.scoreMany} takes them.
   * @throws TenureError as {@link Scorer.scoreMany}; `argument_invalid` after `finish`.
   */
  score(columns: ColumnsFor<C>): BlockScores;
  /** The same for a list of records. */
  score<R extends RecordFor<C, R>>(records: readonly R[]): BlockScores;
  /**
   * The probability of a row's logit, as {@link Scorer.score} has it: the typed array has it rounded to 32 bits.
   *
   * @returns the calibrated probability, 0 to 1; NaN for NaN.
   * @throws TenureError `disposed`.
   */
  probability(logit: number): number;
  /**
   * What is wrong in all rows so far. Row numbers count from the first block. Ends the table:
   * `score` throws after it.
   *
   * @throws TenureError `argument_invalid` after `finish`; `disposed`.
   */
  finish(): TableFindings;
}

/** Options of {@link Scorer.scoreMany}. */
export interface ScoreManyOptions {
  /**
   * The most rows whose problems are listed. `flags` and the counts always cover all rows. Default:
   * 1,000.
   */
  readonly problemLimit?: number;
}

/** Options of {@link Scorer.scoreManyAsync}. */
export interface ScoreManyAsyncOptions extends ScoreManyOptions {
  /** Stops the work early. The promise rejects with a TenureError `aborted`. */
  readonly signal?: AbortSignal;
}

/** Options of {@link Scorer.explain}. */
export interface ExplainOptions {
  /**
   * What contributions add up to: the logit (`"log-odds"`), or the calibrated probability
   * (`"probability"`), a hundredth of which is a percentage point. Default: `"log-odds"`.
   */
  readonly scale?: "log-odds" | "probability" | undefined;
  /**
   * The most evaluations of the network, at least 16 for each reference customer. Exact
   * contributions need the sum of 2^d over the reference customers, where d is the number of fields
   * in which the customer differs from that reference customer. If that is more than the budget,
   * the contributions are estimates.
   *
   * Default: 2^28 multiply-adds, which take less than a tenth of a second. For a network of 32
   * units these are 4.1 million evaluations. Without `budget` and `tolerance`, an estimate stops at
   * a standard error of 0.001. A budget of more than 32 times the default counts as that.
   */
  readonly budget?: number | undefined;
  /**
   * An estimate stops once its largest standard error is at most this, on the scale. Default: it
   * spends a given budget.
   */
  readonly tolerance?: number | undefined;
  /**
   * Seed of an estimate. The same record, options and seed give the same numbers on every machine.
   * Default: 0.
   */
  readonly seed?: number | undefined;
  /**
   * Whether to compute {@link Explanation.interactions}, which doubles the evaluations. Default:
   * false.
   */
  readonly interactions?: boolean | undefined;
}

/** The contribution of one field to a score. */
export interface Contribution extends CoreContribution {
  /** The value in the record. */
  readonly value: FieldValue;
}

/**
 * The explanation of one score. `base` plus all contributions is `logit`, or `probability` on that
 * scale.
 */
export interface Explanation extends CoreExplanation {
  /** What contributions add up to: the logit, or the calibrated probability. */
  readonly scale: "log-odds" | "probability";
  /** One for each field, largest absolute contribution first. */
  readonly contributions: readonly Contribution[];
  /** Warnings: values that were treated specially. Usually empty. */
  readonly problems: readonly Problem[];
}

/**
 * Options of {@link Scorer.explainMany}. `budget` and `tolerance` hold for each row; `seed` also
 * draws the sample of rows.
 */
export interface ExplainManyOptions extends Omit<ExplainOptions, "interactions" | "scale"> {
  /** The most rows to explain. A larger table is sampled without replacement. Default: all rows. */
  readonly rows?: number;
  /** Stops the work between two blocks. The iteration throws a TenureError `aborted`. */
  readonly signal?: AbortSignal;
}

/**
 * Explanations of some rows, with the progress and the device that did the work. The arrays belong
 * to the caller.
 */
export interface ExplainedBlock extends WorkedOn {
  /** Number of rows explained so far, with this block. */
  readonly done: number;
  /** Number of rows to explain. */
  readonly total: number;
  /** `[rows]`: positions of this block's rows in the input, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /**
   * `[rows, fields]`: contributions in log-odds, row-major, fields in schema order. NaN in a row
   * with errors.
   */
  readonly contributions: Float32Array<ArrayBuffer>;
  /**
   * `[rows, fields]`: the number, or the code of the category (`categories.length` for OTHER). NaN
   * for a missing value.
   */
  readonly values: Float64Array<ArrayBuffer>;
  /** `[rows]`: logits before calibration. NaN in a row with errors. */
  readonly logit: Float32Array<ArrayBuffer>;
  /** `[rows]`: calibrated probabilities, 0 to 1. NaN in a row with errors. */
  readonly probability: Float32Array<ArrayBuffer>;
  /**
   * `[rows]`: largest standard error of the row's contributions, in log-odds; 0 if they are exact.
   */
  readonly standardError: Float32Array<ArrayBuffer>;
}
