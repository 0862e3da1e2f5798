/**
 * The one error that this package throws, in a file of its own: the entries share the class, so that `instanceof` holds
 * whichever of them threw (`build/bundle.js`).
 */

import type { ErrorCode, Problem } from "./error.js";

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
