/**
 * `tenure/edge`: a `fetch` handler that scores over HTTP, for edge runtimes and for servers (Deno,
 * Bun, Hono, Node adapters). It imports `tenure` by its name, so that it shares the started module
 * and the errors in every runtime.
 */

import { load } from "tenure";
import type { AnyScorer } from "./any-scorer.js";
import { checkKind, checkNames } from "./error.js";
import { acceptExplain, acceptRecords, type HandlerError, problemResponse, readJson, refuse } from "./http.js";

import type { ArtifactSource } from "./source.js";
import { TenureError } from "./tenure-error.js";
import type { CustomerRecord, Score } from "./types.js";

export type { HandlerError } from "./http.js";

/** Options of {@link createHandler}: either `scorer` or `artifact`, and limits. */
export interface HandlerOptions {
  /** A scorer, or a promise of one. */
  readonly scorer?: AnyScorer | Promise<AnyScorer>;
  /**
   * The artifact, which the handler loads at the first request. Edge runtimes allow no I/O before
   * that.
   */
  readonly artifact?: ArtifactSource;
  /** Prefix of the handler's paths, such as `/api`. Default: none. */
  readonly base?: string;
  /** Longest body of a request, in bytes. Default: 1,048,576. */
  readonly maximumBytes?: number;
  /** Most records of a request. Default: 10,000. */
  readonly maximumRecords?: number;
  /**
   * Largest `budget` that a request may ask for, in evaluations of the network. Default: 4,194,304.
   */
  readonly maximumBudget?: number;
  /**
   * Whether answers of `/score` and `/explain` name the model: `"model": {name, version, sha256}`. Default:
   * false.
   */
  readonly identify?: boolean;
}

/** Answers a request. The promise never rejects: errors become responses. */
export type Handler = (request: Request) => Promise<Response>;

const MAXIMUM_BYTES = 1_048_576;
const MAXIMUM_RECORDS = 10_000;
const MAXIMUM_BUDGET = 4_194_304;

const OPTIONS: readonly string[] = Object.keys({
  scorer: 0,
  artifact: 0,
  base: 0,
  maximumBytes: 0,
  maximumRecords: 0,
  maximumBudget: 0,
  identify: 0,
} satisfies Record<keyof HandlerOptions, 0>);

/** Method of each path. */
const ROUTES: Readonly<Record<string, "GET" | "POST">> = {
  "/health": "GET",
  "/schema": "GET",
  "/score": "POST",
  "/explain": "POST",
};

/**
 * Makes a handler of HTTP requests, for any runtime with `Request` and `Response`:
 *
 * - `POST /score` with a record answers with its `Score`. With `{"records": [...]}` it answers with
 *   `{"scores": [...], "summary": [...], "shifts": [...]}`, which has a score or an `{"error"}` for
 *   each record, and the summary of all of them, as `scoreMany` has it.
 * - `POST /explain` with a record, or with `{"record": {...}, "options": {budget, tolerance,
 *   interactions, seed}}`, answers with its `Explanation`.
 * - `GET /schema` answers with `{schema, policy, card}`.
 * - `GET /health` answers with `{"status": "ok", "model"}`.
 *
 * With the option `identify`, the answers of `POST` have `"model": {name, version, sha256}` too.
 *
 * Errors are `{"error": {code, message, problems}}` (see {@link HandlerError}) with status 400 (the
 * body or an option is invalid), 404, 405, 413 (a limit is exceeded), 415 (the body is not
 * `application/json`), 422 (`record_invalid`) or 503 (the model cannot be loaded).
 *
 * @param options the scorer or the artifact, and the limits.
 * @throws TenureError `argument_invalid` unless exactly one of `scorer` and `artifact` is given, and for
 *   an option that does not exist or is of another type.
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 *
 * const handle = createHandler({ artifact: "model.safetensors", base: "/api" });
 * const response = await handle(new Request("https://example.com/api/schema"));
 * const { schema } = await response.json();
 * ```
 */
export function createHandler(options: HandlerOptions): Handler {
  checkNames(options, OPTIONS);
  const {
    base = "",
    maximumBytes = MAXIMUM_BYTES,
    maximumRecords = MAXIMUM_RECORDS,
    maximumBudget = MAXIMUM_BUDGET,
    identify = false,
  } = options;
  checkKind("base", base, typeof base === "string", "a text such as /api");
  for (const [name, limit] of Object.entries({ maximumBytes, maximumRecords, maximumBudget })) {
    checkKind(name, limit, Number.isSafeInteger(limit) && limit >= 0, "a whole number from 0");
  }
  checkKind("identify", identify, typeof identify === "boolean", "true or false");
  const scorer = scorerOf(options);
  return async (request) => {
    try {
      const { pathname } = new URL(request.url);
      const path = pathname.startsWith(base) ? pathname.slice(base.length) : "";
      const method = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
      if (method === undefined) {
        const paths = Object.keys(ROUTES).map((route) => base + route);
        return problemResponse(
          refuse(404, "not_found", `${pathname} does not exist; the paths are ${paths.join(", ")}`),
        );
      }
      if (request.method !== method) {
        return problemResponse(refuse(405, "method_not_allowed", `${path} only accepts ${method}`), { allow: method });
      }
      if (method === "GET")
        return Response.json(path === "/health" ? health(await scorer()) : description(await scorer()));
      const body = await readJson(request, maximumBytes);
      const scoring = await scorer();
      const answered = answer(scoring, path, body, { maximumRecords, maximumBudget });
      return Response.json(identify ? { ...answered, model: await scoring.model() } : answered);
    } catch (error) {
      return problemResponse(error);
    }
  };
}

function scorerOf(options: HandlerOptions): () => Promise<AnyScorer> {
  const { artifact, scorer } = options;
  if ((artifact === undefined) === (scorer === undefined)) {
    throw new TenureError("argument_invalid", "createHandler needs exactly one of the options scorer and artifact");
  }
  const { score, then } = (scorer ?? {}) as { score?: unknown; then?: unknown };
  const isScorer = typeof score === "function" || typeof then === "function";
  checkKind("scorer", scorer, isScorer, "a scorer, or a promise of one");
  if (artifact === undefined) return async () => scorer as AnyScorer | Promise<AnyScorer>;
  let loading: Promise<AnyScorer> | undefined;
  return () => {
    // After a failed load, as when the network was down, the next request tries again.
    loading ??= load(artifact).catch((error: unknown) => {
      loading = undefined;
      throw refuse(503, "unavailable", "the model cannot be loaded", error);
    });
    return loading;
  };
}

function health(scorer: AnyScorer): object {
  return { status: "ok", model: scorer.card.name };
}

function description(scorer: AnyScorer): object {
  const { schema, policy, card } = scorer;
  return { schema, policy, card };
}

type Limits = { readonly maximumRecords: number; readonly maximumBudget: number };

function answer(scorer: AnyScorer, path: string, body: unknown, { maximumRecords, maximumBudget }: Limits): object {
  if (path === "/explain") {
    const { record, options } = acceptExplain(body, maximumBudget);
    return scorer.explain(record, options);
  }
  const records = acceptRecords(body, maximumRecords);
  if (records === undefined) return scorer.score(body as CustomerRecord);
  const { summary, shifts } = scorer.scoreMany(records, { problemLimit: 0 });
  return { scores: scoreAll(scorer, records), summary, shifts };
}

/** Scores each record, in order: a score, or the error of a request with that record alone. */
function scoreAll(scorer: AnyScorer, records: readonly CustomerRecord[]): (Score | { error: HandlerError })[] {
  return records.map((record) => {
    try {
      return scorer.score(record);
    } catch (error) {
      if (!(error instanceof TenureError)) throw error;
      const { code, message, problems } = error;
      return { error: { code, message, problems } };
    }
  });
}
