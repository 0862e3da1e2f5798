/**
 * The error that this package throws, and what it says. The class has a file of its own because all entries share it, so
 * that `instanceof` holds for an error of any entry (`build/bundle.js`).
 */

/**
 * The rules a value can break, as the core names them. Errors: `absent` (no such key; `null` says "missing"), `type`
 * (another kind than the field), `finite` (NaN, infinity), `bounds` (outside the schema's minimum and maximum).
 * Warnings, which say how a value was treated: `unseen_category` (counted as OTHER), `clipped` (outside the range seen
 * in training, counted as the nearer end). Beside them `length`, for columns of different lengths, `http_status`, for an
 * answer that is no artifact, and of options `unknown` (no such option or field), `changeable` (the schema does not call
 * the field so).
 */
export type Rule =
  | "absent"
  | "type"
  | "finite"
  | "bounds"
  | "unseen_category"
  | "clipped"
  | "length"
  | "http_status"
  | "unknown"
  | "changeable"
  | (string & {});

/** One broken rule: where, which rule, the value seen (as text), and a sentence for people. */
export interface Problem {
  readonly field: string;
  readonly rule: Rule;
  readonly value: string;
  readonly message: string;
}

const WARNINGS: readonly Rule[] = ["unseen_category", "clipped"];

/** Whether a problem kept its row from being scored; the others are warnings, which say how a value was treated. */
export function isError({ rule }: Pick<Problem, "rule">): boolean {
  return !WARNINGS.includes(rule);
}

/**
 * What went wrong, as text that stays the same between versions:
 *
 * - `record_invalid`: the record has errors; `problems` lists them all.
 * - `columns_invalid`: columns absent, of no usable type, or of different lengths.
 * - `argument_invalid`: an argument is not of the documented type, or an option breaks its rule.
 * - `fetch_failed`: the artifact could not be fetched or read; the message has the address and the status.
 * - `wasm_unavailable`: the WebAssembly module could not be fetched, compiled or started.
 * - `artifact_…`: the file is no artifact that this version reads; the core names the reason.
 * - `aborted`: the caller's signal stopped the work; `cause` is the signal's reason.
 * - `disposed`: the scorer or the pool was disposed.
 * - `worker_unavailable`: a worker of a pool could not be started, or ended before it answered.
 */
export type ErrorCode =
  | "record_invalid"
  | "columns_invalid"
  | "argument_invalid"
  | "fetch_failed"
  | "wasm_unavailable"
  | "aborted"
  | "disposed"
  | "worker_unavailable"
  | `artifact_${string}`
  | (string & {});

/** An error with a stable {@link ErrorCode} and the problems behind it (none where there is only one cause). */
export class TenureError extends Error {
  override readonly name = "TenureError";
  /** What went wrong, to be matched on. */
  readonly code: ErrorCode;
  /** Every problem of the input, in schema order. */
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }
}
