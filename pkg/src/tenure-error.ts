/**
 * The error that this package throws, and what it says. Each entry has a copy of the class, so that
 * no entry imports another. `instanceof` asks for the name, so it holds for an error of any copy:
 * of another entry, of `import` and `require` in one program, or of an iframe.
 */

import type { CoreProblem, CoreRule } from "./generated.js";

/**
 * The rule that a value breaks. Errors of a record:
 *
 * - `absent`: the key is absent. Use `null` for a missing value.
 * - `type`: the value is not of the field's kind.
 * - `finite`: the number is NaN or infinite.
 * - `bounds`: the number is outside the minimum and maximum of the schema, or of the option.
 *
 * Warnings, which say how a value was treated:
 *
 * - `unseen_category`: the text is not a category of the field and counts as OTHER.
 * - `clipped`: the number is outside the range of the training table and counts as the nearer end
 *   of it.
 *
 * Errors of other arguments:
 *
 * - `length`: a column has another length than the others.
 * - `http_status`: the status of a response is not 200 to 299.
 * - `hash`: a model has another hash than the option `integrity`.
 * - `signature`: a signature is not of the key and the model.
 * - `unique`: several columns have the name of one field.
 * - `unknown`: there is no such option, or no such field.
 * - `changeable`: the schema does not call the field changeable.
 */
export type Rule =
  | CoreRule
  | "length"
  | "http_status"
  | "hash"
  | "signature"
  | "unique"
  | "unknown"
  | "changeable"
  | (string & {});

/**
 * A value that breaks a rule, of a field, a column or an option. `${field} ${message} (got
 * ${value})` is a sentence.
 */
export interface Problem extends Omit<CoreProblem, "rule"> {
  /** The rule that it breaks. */
  readonly rule: Rule;
}

const WARNINGS: readonly Rule[] = ["unseen_category", "clipped"];

/**
 * Whether a problem is an error, which means that its row was not scored. The other problems are
 * warnings.
 */
export function isError({ rule }: Pick<Problem, "rule">): boolean {
  return !WARNINGS.includes(rule);
}

/**
 * The kind of an error. A code keeps its meaning between versions:
 *
 * - `record_invalid`: the record has errors. `problems` lists all of them.
 * - `columns_invalid`: columns are absent, of an unusable type, or of different lengths. `problems`
 *   lists all of them.
 * - `argument_invalid`: an argument is not of the documented type, or an option breaks its rule.
 * - `fetch_failed`: the artifact cannot be fetched or read. The message has the address and the
 *   status.
 * - `wasm_unavailable`: the WebAssembly module cannot be fetched, compiled or started.
 * - `artifact_…`: this version cannot read the artifact. The rest of the code is the reason.
 * - `integrity_mismatch`: the model does not have the hash of the option `integrity`.
 * - `signature_invalid`: the key of the option `publicKey` did not sign the model.
 * - `crypto_unavailable`: a page without https cannot compute hashes or verify signatures, or the runtime has no
 *   Ed25519.
 * - `policy_invalid`: a policy breaks rules. `problems` lists all of them.
 * - `profile_…`: a profile cannot be used, or the model cannot be watched. The rest of the code is the reason.
 * - `stream_invalid`: the text of a stream is not UTF-8, has no header line, or a line that is too long.
 * - `aborted`: the caller's signal stopped the work. `cause` is the signal's reason.
 * - `disposed`: the scorer or the pool is disposed.
 * - `worker_unavailable`: a worker of a pool cannot be started, or ended before it answered.
 */
export type ErrorCode =
  | "record_invalid"
  | "columns_invalid"
  | "argument_invalid"
  | "fetch_failed"
  | "wasm_unavailable"
  | "integrity_mismatch"
  | "signature_invalid"
  | "crypto_unavailable"
  | "policy_invalid"
  | "stream_invalid"
  | "aborted"
  | "disposed"
  | "worker_unavailable"
  | `artifact_${string}`
  | `profile_${string}`
  | (string & {});

/** Every error that this package throws on purpose. */
export class TenureError extends Error {
  /** Always `TenureError`. */
  override readonly name = "TenureError";
  /** The kind of the error. */
  readonly code: ErrorCode;
  /** All problems of the input, in schema order; empty for an error that is not about values. */
  readonly problems: readonly Problem[];

  /** Makes an error; users of the package only catch them. */
  constructor(code: ErrorCode, message: string, problems: readonly Problem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.problems = problems;
  }

  /** Whether a value is an error of this package, made by any copy of this class. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return (value as Error | undefined)?.name === "TenureError";
  }
}
