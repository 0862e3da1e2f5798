/** What the errors of this package say: codes, rules, problems; and how what others throw becomes one. */

import { TenureError } from "./tenure-error.js";

export { TenureError };

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

/** The core's errors carry a code and problems; whatever else was thrown (a trap, a lack of memory) stays as it is. */
export function fromCore(error: unknown): unknown {
  if (error instanceof TenureError || !(error instanceof Error)) return error;
  const { code, problems } = error as Error & { code?: unknown; problems?: unknown };
  if (typeof code !== "string") return error;
  return new TenureError(code, error.message, Array.isArray(problems) ? (problems as Problem[]) : [], { cause: error });
}

/** The error for a record with problems: the first three in the message, all of them in the list. */
export function recordInvalid(problems: readonly Problem[]): TenureError {
  return new TenureError("record_invalid", `the record has errors: ${summary(problems)}`, problems);
}

/** The first three problems as a sentence. */
export function summary(problems: readonly Problem[]): string {
  const first = problems.slice(0, 3).map(({ field, message, value }) => `${field} ${message} (got ${value})`);
  const rest = problems.length - first.length;
  return first.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

/** The error for a name that is no field of the schema. */
export function unknownField(name: unknown): TenureError {
  const value = typeof name === "string" ? name : kindOf(name);
  const problem = { field: "field", rule: "unknown", value, message: "must be a field of the schema" };
  return new TenureError("argument_invalid", `there is no field ${value}`, [problem]);
}

/** How a value is called in a message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
  const name = (value as object).constructor?.name;
  return name && name !== "Object" ? `a ${name}` : "an object";
}
