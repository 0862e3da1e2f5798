/** The HTTP side of the handler: bodies read within a limit, errors as JSON with a status, a code and problems. */

import { kindOf, summary } from "./error.js";
import { optionProblems } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { CustomerRecord, ExplainOptions } from "./types.js";

/** The `error` of an answer that is no success. */
export interface HandlerError {
  /**
   * A code of `TenureError`, or `not_found`, `method_not_allowed`, `media_type`, `body_invalid`, `body_too_large`,
   * `unavailable`, `internal`.
   */
  readonly code: string;
  readonly message: string;
  readonly problems: readonly Problem[];
}

/** A request that is answered with a status other than 200. */
class Refusal extends TenureError {
  readonly status: number;

  constructor(status: number, code: string, message: string, cause?: unknown) {
    super(code, message, [], { cause });
    this.status = status;
  }
}

/** An error that becomes an answer of this status. */
export function refuse(status: number, code: string, message: string, cause?: unknown): TenureError {
  return new Refusal(status, code, message, cause);
}

/** The answer to a request that failed. What is no error of the caller is not told in detail. */
export function problemResponse(error: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  if (!(error instanceof TenureError))
    return errorResponse(500, { code: "internal", message: "the request failed", problems: [] }, headers);
  const { code, message, problems } = error;
  return errorResponse(statusOf(error), { code, message, problems }, headers);
}

function statusOf(error: TenureError): number {
  if (error instanceof Refusal) return error.status;
  if (error.code === "record_invalid") return 422;
  return error.code === "argument_invalid" ? 400 : 503;
}

function errorResponse(status: number, error: HandlerError, headers: Readonly<Record<string, string>>): Response {
  return Response.json({ error }, { status, headers });
}

/** The body as JSON: 415 for another media type, 413 beyond the limit (counted while reading), 400 for no JSON. */
export async function readJson(request: Request, maximumBytes: number): Promise<unknown> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    throw refuse(415, "media_type", `the body must be application/json, not ${mediaType ?? "without a content-type"}`);
  }
  const text = new TextDecoder().decode(await readBody(request, maximumBytes));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(400, "body_invalid", `the body is no JSON: ${(error as Error).message}`);
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

/** The list of `{ "records": […] }`, or `undefined` where the body is a record itself. */
export function acceptRecords(body: unknown, maximumRecords: number): readonly CustomerRecord[] | undefined {
  if (typeof body !== "object" || body === null)
    throw refuse(400, "body_invalid", `the body must be a record or { "records": [...] }, not ${kindOf(body)}`);
  const { records } = body as { records?: unknown };
  if (!Array.isArray(records)) return undefined;
  if (records.length > maximumRecords) {
    throw refuse(413, "body_too_large", `a request takes at most ${maximumRecords} records, not ${records.length}`);
  }
  return records as readonly CustomerRecord[];
}

/**
 * A record, and the options of its explanation where the body is `{ "record": {…}, "options": {…} }`. Everything that is
 * wrong with the options is refused at once, a budget beyond what this handler spends among it.
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
      message: "is no key beside a record; there is options",
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
