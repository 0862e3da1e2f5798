/** Errors with an HTTP status, and their form in an answer: problem details of RFC 9457. */

import { type Problem, TenureError } from "../tenure-error.js";

/** The body of an answer with an error: `application/problem+json` of RFC 9457. */
export interface ProblemDetails {
  /** Always `about:blank`: `code` says more than an address would. */
  readonly type: "about:blank";
  /** The status in words. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What is wrong and what to do, in a sentence. */
  readonly detail: string;
  /** The kind of the error, for programs. It keeps its meaning between versions. */
  readonly code: string;
  /** The problems of the record or of the options, at most a hundred; empty for other errors. */
  readonly problems: readonly Problem[];
}

/** What an error may have beside its message. */
export interface RefusalParts {
  /** Problems of single values. */
  readonly problems?: readonly Problem[];
  /** The error behind it, for `onEvent`. It never reaches the caller. */
  readonly cause?: unknown;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error with its HTTP status. */
class Refusal extends TenureError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, { problems = [], cause, headers = {} }: RefusalParts) {
    super(code, message, problems, { cause });
    this.status = status;
    this.headers = headers;
  }
}

/**
 * Makes an error that becomes an answer of this status, to be thrown by routes and by `authorize`.
 *
 * @param status the HTTP status, 400 to 599.
 * @param code the kind of the error, for programs.
 * @param message what is wrong and what to do. The caller reads it.
 */
export function refuse(status: number, code: string, message: string, parts: RefusalParts = {}): TenureError {
  return new Refusal(status, code, message, parts);
}

/** The most problems that an answer lists. */
export const MOST_PROBLEMS = 100;

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** An error as an answer shows it. */
export interface Shown {
  readonly details: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;
  /** What only `onEvent` may see: the cause of an error that is not the caller's. */
  readonly cause?: unknown;
}

/** Translates an error. One that nobody expected gives no details away. */
export function shown(error: unknown): Shown {
  const known = error instanceof TenureError ? of(error) : undefined;
  if (known === undefined) {
    return { details: details(500, "internal", "the request failed on the server", []), headers: {}, cause: error };
  }
  const { code, message, problems } = error as TenureError;
  const { headers = {}, cause } = error as Partial<Refusal>;
  const body = details(known, code, message, problems);
  return known < 500 ? { details: body, headers } : { details: body, headers, cause: cause ?? error };
}

/** The status of an error; `undefined` for one that is not about the request. */
function of(error: TenureError): number | undefined {
  if ("status" in error) return (error as Refusal).status;
  if (error.code === "record_invalid") return 422;
  return error.code === "argument_invalid" || error.code === "stream_invalid" ? 400 : undefined;
}

function details(status: number, code: string, detail: string, problems: readonly Problem[]): ProblemDetails {
  const title = TITLES[status] ?? "Error";
  return { type: "about:blank", title, status, detail, code, problems: problems.slice(0, MOST_PROBLEMS) };
}
