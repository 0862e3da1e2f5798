/**
 * `tenure/edge`: a `fetch` handler that scores over HTTP, for edge runtimes and for servers (Deno, Bun, Hono, Node
 * adapters). It imports `tenure` by its name, so that it shares the started module and the errors in every runtime.
 */

import { load } from "tenure";
import { acceptExplain, acceptRecords, type HandlerError, problemResponse, readJson, refuse } from "./http.js";
import type { Scorer } from "./scorer.js";
import type { ArtifactSource } from "./source.js";
import { TenureError } from "./tenure-error.js";
import type { CustomerRecord, Score } from "./types.js";

export type { HandlerError } from "./http.js";

/** How a handler gets its scorer, and what it accepts. */
export interface HandlerOptions {
  /** A scorer that is loaded already, or the promise of one. */
  readonly scorer?: Scorer | Promise<Scorer>;
  /** Else the artifact to load, at the first request: edge runtimes allow no input or output before it. */
  readonly artifact?: ArtifactSource;
  /** What stands before the handler's paths, such as `/api`; nothing unless given. */
  readonly base?: string;
  /** Longest body, in bytes; 1,048,576 unless given. */
  readonly maximumBytes?: number;
  /** Most records in one request; 10,000 unless given. */
  readonly maximumRecords?: number;
  /** Largest `budget` that an explanation may ask for, in evaluations; 4,194,304 unless given. */
  readonly maximumBudget?: number;
}

/** Answers one request; never rejects. */
export type Handler = (request: Request) => Promise<Response>;

const MAXIMUM_BYTES = 1_048_576;
const MAXIMUM_RECORDS = 10_000;
const MAXIMUM_BUDGET = 4_194_304;

/** The methods of every path. */
const ROUTES: Readonly<Record<string, "GET" | "POST">> = {
  "/health": "GET",
  "/schema": "GET",
  "/score": "POST",
  "/explain": "POST",
};

/**
 * A handler for HTTP requests, for any runtime with `fetch` semantics:
 *
 * - `POST /score` takes a record and answers with its score, or takes `{"records": [...]}` and answers with
 *   `{"scores": [...]}`, one score or `{"error"}` for each.
 * - `POST /explain` takes a record, or `{"record": {...}, "options": {budget, tolerance, interactions, seed}}`, and answers
 *   with its explanation.
 * - `GET /schema` answers with schema, policy and card; `GET /health` with `{"status": "ok", "model"}`.
 *
 * Errors are `{"error": {code, message, problems}}` with status 400 (no JSON), 404, 405, 413 (beyond the limits),
 * 415 (not JSON), 422 (`record_invalid`) or 503 (no model).
 *
 * @throws TenureError `argument_invalid` unless exactly one of `scorer` and `artifact` is given.
 */
export function createHandler(options: HandlerOptions): Handler {
  const {
    base = "",
    maximumBytes = MAXIMUM_BYTES,
    maximumRecords = MAXIMUM_RECORDS,
    maximumBudget = MAXIMUM_BUDGET,
  } = options;
  const scorer = scorerOf(options);
  return async (request) => {
    try {
      const { pathname } = new URL(request.url);
      const path = pathname.startsWith(base) ? pathname.slice(base.length) : "";
      const method = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
      if (method === undefined) {
        const paths = Object.keys(ROUTES).map((route) => base + route);
        return problemResponse(refuse(404, "not_found", `there is no ${pathname}; there is ${paths.join(", ")}`));
      }
      if (request.method !== method) {
        return problemResponse(refuse(405, "method_not_allowed", `${path} takes ${method}`), { allow: method });
      }
      if (method === "GET")
        return Response.json(path === "/health" ? health(await scorer()) : description(await scorer()));
      const body = await readJson(request, maximumBytes);
      return Response.json(answer(await scorer(), path, body, { maximumRecords, maximumBudget }));
    } catch (error) {
      return problemResponse(error);
    }
  };
}

function scorerOf(options: HandlerOptions): () => Promise<Scorer> {
  const { artifact, scorer } = options;
  if ((artifact === undefined) === (scorer === undefined)) {
    throw new TenureError("argument_invalid", "createHandler takes either `scorer` or `artifact`");
  }
  if (artifact === undefined) return async () => scorer as Scorer | Promise<Scorer>;
  let loading: Promise<Scorer> | undefined;
  return () => {
    // A failed load (the network was away) is tried again by the next request.
    loading ??= load(artifact).catch((error: unknown) => {
      loading = undefined;
      throw refuse(503, "unavailable", "the model cannot be loaded", error);
    });
    return loading;
  };
}

function health(scorer: Scorer): object {
  return { status: "ok", model: scorer.card.name };
}

function description(scorer: Scorer): object {
  const { schema, policy, card } = scorer;
  return { schema, policy, card };
}

type Limits = { readonly maximumRecords: number; readonly maximumBudget: number };

function answer(scorer: Scorer, path: string, body: unknown, { maximumRecords, maximumBudget }: Limits): object {
  if (path === "/explain") {
    const { record, options } = acceptExplain(body, maximumBudget);
    return scorer.explain(record, options);
  }
  const records = acceptRecords(body, maximumRecords);
  return records === undefined ? scorer.score(body as CustomerRecord) : { scores: scoreAll(scorer, records) };
}

/** One entry for each record, in order: a score, or the error that the record alone would have had. */
function scoreAll(scorer: Scorer, records: readonly CustomerRecord[]): (Score | { error: HandlerError })[] {
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
