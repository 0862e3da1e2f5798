/** Requests and responses of the handler: reads bodies within limits, and writes errors as JSON. */

import { kindOf, summary } from "./error.js";
import { optionProblems } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { CustomerRecord, ExplainOptions } from "./types.js";

/** The `error` in the body of a response whose status is not 200. */
export interface HandlerError {
  /**
   * An `ErrorCode`, or `not_found`, `method_not_allowed`, `media_type`, `body_invalid`,
   * `body_too_large`, `unavailable` (the model cannot be loaded) or `internal`.
   */
  readonly code: string;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** All problems of the record or the options; empty for other errors. */
  readonly problems: readonly Problem[];
}

/** An error with its HTTP status. */
class Refusal extends TenureError {
  readonly status: number;

  constructor(status: number, code: string, message: string, cause?: unknown) {
    super(code, message, [], { cause });
    this.status = status;
  }
}

/** Makes an error that becomes a response of this status. */
export function refuse(status: number, code: string, message: string, cause?: unknown): TenureError {
  return new Refusal(status, code, message, cause);
}

/** The response for an error. An unexpected error gives no details away. */
export function problemResponse(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  if (!(error instanceof TenureError))
    return errorResponse(500, { code: "internal", message: "the request failed on the server", problems: [] }, headers);
  const { code, message, problems } = error;
  return errorResponse(statusOf(error), { code, message, problems }, headers);
}

function statusOf(error: TenureError): number {
  if ("status" in error) return (error as Refusal).status;
  if (error.code === "record_invalid") return 422;
  return error.code === "argument_invalid" ? 400 : 503;
}

function errorResponse(status: number, error: HandlerError, headers: Readonly<Record<string, string>>): Response {
  return Response.json({ error }, { status, headers });
}

/**
 * Reads the body as JSON. Throws 415 for another media type, 413 beyond the limit, 400 for invalid
 * JSON.
 */
export async function readJson(request: Request, maximumBytes: number): Promise<unknown> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw refuse(415, "media_type", `content-type must be application/json, not ${mediaType ?? "absent"}`);
  }
  const text = new TextDecoder().decode(await readBody(request, maximumBytes));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(400, "body_invalid", `the body must be JSON: ${(error as Error).message}`);
  }
}

async function readBody(request: Request, maximumBytes: number): Promise<Uint8Array> {
  const tooLarge = (): TenureError => refuse(413, "body_too_large", `the body must have at most ${maximumBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maximumBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > maximumBytes) {
      await reader.cancel();
      throw tooLarge();
    }
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/** The list in `{ "records": […] }`, or `undefined` if the body is a record. */
export function acceptRecords(body: unknown, maximumRecords: number): readonly CustomerRecord[] | undefined {
  if (typeof body !== "object" || body === null)
    throw refuse(400, "body_invalid", `the body must be a record or { "records": [...] }, not ${kindOf(body)}`);
  const { records } = body as { records?: unknown };
  if (!Array.isArray(records)) return undefined;
  if (records.length > maximumRecords) {
    throw refuse(413, "body_too_large", `a request must have at most ${maximumRecords} records, not ${records.length}`);
  }
  return records as readonly CustomerRecord[];
}

/**
 * The record of a body, with the options if the body is `{ "record": {…}, "options": {…} }`. Throws
 * `argument_invalid` with all problems of the options, a budget above `maximumBudget` included.
 */
export function acceptExplain(
  body: unknown,
  maximumBudget: number,
): { readonly record: CustomerRecord; readonly options?: ExplainOptions } {
  const { record, options = {}, ...others } = (body ?? {}) as { record?: unknown; options?: unknown };
  if (typeof record !== "object" || record === null) return { record: body as CustomerRecord };
  const problems = Object.keys(others).map(
    (field): Problem => ({
      field,
      rule: "unknown",
      value: kindOf((others as Readonly<Record<string, unknown>>)[field]),
      message: "must not stand beside record; the only other key is options",
    }),
  );
  problems.push(...optionProblems(options, []));
  const { budget } = options as ExplainOptions;
  if (typeof budget === "number" && budget > maximumBudget) {
    problems.push({
      field: "budget",
      rule: "bounds",
      value: String(budget),
      message: `must be at most ${maximumBudget}`,
    });
  }
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
  return { record: record as CustomerRecord, options: options as ExplainOptions };
}
