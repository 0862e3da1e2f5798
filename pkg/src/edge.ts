/**
 * `tenure/edge`: a `fetch` handler that scores over HTTP, for edge runtimes and for servers (Deno,
 * Bun, Hono, Node with `tenure/edge/node`). It imports `tenure` by its name, so that it shares the
 * started module and the errors in every runtime.
 */

import type { AnyScorer } from "./any-scorer.js";
import { type Cors, corsFor } from "./edge/cors.js";
import { decideRoute } from "./edge/decide.js";
import { cardRoute, schemaRoute } from "./edge/documents.js";
import type { HandlerEvent } from "./edge/event.js";
import { type Authorize, type Caller, Exchange, type Route, type Shared } from "./edge/exchange.js";
import { counterfactualsRoute, explainRoute } from "./edge/explain.js";
import { checkedLimits, type Limits } from "./edge/limits.js";
import { Metrics, metricsRoute } from "./edge/metrics.js";
import { type Models, onlyModel } from "./edge/models.js";
import { healthRoute, readyRoute } from "./edge/probes.js";
import { profileRoute } from "./edge/profile.js";
import { refuse, type Shown, shown } from "./edge/refusal.js";
import { checkQuery, type Find, finder, routeOf } from "./edge/routing.js";
import { scoreRoute } from "./edge/score.js";
import { checkKind, checkNames } from "./error.js";
import type { ArtifactSource } from "./source.js";
import { TenureError } from "./tenure-error.js";

export type { HandlerEvent, ModelEvent, ModelName, RequestEvent, ShadowEvent } from "./edge/event.js";
export type { Authorize, Caller, Exchange, Route, Scope, Shared } from "./edge/exchange.js";
export type { Limits } from "./edge/limits.js";
export type { Choice, ListedModel, Models, Scored, Served } from "./edge/models.js";
export { type ProblemDetails, type RefusalParts, refuse } from "./edge/refusal.js";

/** Options of {@link createHandler}: one of `artifact`, `scorer` and `models`, and what differs from the defaults. */
export interface HandlerOptions {
  /** The artifact, which the handler loads at the first request: edge runtimes allow no I/O before. */
  readonly artifact?: ArtifactSource;
  /** A scorer, or a promise of one. */
  readonly scorer?: AnyScorer | Promise<AnyScorer>;
  /** Several models, which `createRollout` of `tenure/edge/rollout` makes. */
  readonly models?: Models;
  /** Prefix of the handler's paths, such as `/api`. Default: none. */
  readonly base?: string;
  /** More routes, such as `openApi()` and `openInference()`. */
  readonly routes?: readonly Route[];
  /** Finds out who sends a request. Default: everybody may do everything. */
  readonly authorize?: Authorize;
  /** Origins of pages that may read answers, such as `https://app.example`; `*` for all. Default: none. */
  readonly cors?: readonly string[];
  /** Limits of requests and answers. */
  readonly limits?: Partial<Limits>;
  /** Whether a key that an object has twice is refused. Default: false; the last one counts. */
  readonly strict?: boolean;
  /**
   * Whether answers of scores and explanations name the model: `"model": {name, version, sha256}`. Default:
   * false.
   */
  readonly identify?: boolean;
  /** Called with each event, for logs and audits. What it throws is dropped. Default: nothing. */
  readonly onEvent?: (event: HandlerEvent) => unknown;
  /** Whether there is a route `/metrics`. Default: true. */
  readonly metrics?: boolean;
}

/**
 * Answers a request. The promise never rejects: errors become answers. Runtimes call it with more
 * arguments; of a context it uses `waitUntil`.
 */
export type Handler = (request: Request, env?: unknown, context?: unknown) => Promise<Response>;

const OPTIONS: readonly string[] = Object.keys({
  artifact: 0,
  scorer: 0,
  models: 0,
  base: 0,
  routes: 0,
  authorize: 0,
  cors: 0,
  limits: 0,
  strict: 0,
  identify: 0,
  onEvent: 0,
  metrics: 0,
} satisfies Record<keyof HandlerOptions, 0>);

const ROUTES: readonly Route[] = [
  scoreRoute,
  explainRoute,
  counterfactualsRoute,
  decideRoute,
  schemaRoute,
  cardRoute,
  profileRoute,
  healthRoute,
  readyRoute,
];

/**
 * Makes a handler of HTTP requests, for any runtime with `Request` and `Response`:
 *
 * - `POST /v1/score` with a record answers with its `Score`; with `?reasons=3` also with its three largest
 *   contributions. With `{"records": [...]}` it answers with `{"scores": [...], "problemCount", "summary":
 *   [...], "shifts": [...]}`: a score or an `error` for each record, and what is wrong in all of them.
 *   Lines of JSON (`application/x-ndjson`) have a line of the answer each, as they arrive.
 * - `POST /v1/explain` with a record, or with `{"record": {...}, "options": {...}}`, answers with its
 *   `Explanation`, `POST /v1/counterfactuals` with its `Counterfactuals`, and `POST /v1/decide` with its
 *   `Decision` if the scorer is one of `tenure/decide`.
 * - `GET /v1/schema` and `GET /v1/card` answer with `{schema, policy}` and the model card.
 * - `GET /v1/profile` answers with the profile of what was scored, if the scorer was loaded with
 *   `profile: true`.
 * - `GET /healthz`, `/readyz` and `/metrics` are for those who operate it.
 *
 * Errors are `application/problem+json` ({@link ProblemDetails}). docs/serving.md lists their codes.
 *
 * @param options the model, and what differs from the defaults.
 * @throws TenureError `argument_invalid` unless exactly one of `artifact`, `scorer` and `models` is given,
 *   and for an option that does not exist or is of another type.
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 *
 * const handle = createHandler({ artifact: "model.safetensors", base: "/api" });
 * const response = await handle(new Request("https://example.com/api/v1/schema"));
 * const { schema } = await response.json();
 * ```
 */
export function createHandler(options: HandlerOptions): Handler {
  checkNames(options, OPTIONS);
  const { base = "", routes = [], authorize, strict = false, identify = false, onEvent, metrics = true } = options;
  checkKind("base", base, typeof base === "string" && /^(\/[^/]+)*$/.test(base), "a text such as /api");
  checkKind("routes", routes, Array.isArray(routes) && Array.from(routes).every(isRoute), "a list of routes");
  for (const [name, callback] of Object.entries({ authorize, onEvent })) {
    checkKind(name, callback, typeof callback === "function", "a function");
  }
  for (const [name, flag] of Object.entries({ strict, identify, metrics })) {
    checkKind(name, flag, typeof flag === "boolean", "true or false");
  }
  const limits = checkedLimits(options.limits);
  const models = modelsOf(options, limits.seconds);
  const counted = metrics ? new Metrics() : undefined;
  const all = [...ROUTES, ...(counted === undefined ? [] : [metricsRoute(counted)]), ...routes];
  const emit = (event: HandlerEvent): void => {
    counted?.add(event);
    try {
      // Whoever keeps a log elsewhere may fail later.
      Promise.resolve(onEvent?.(event)).catch(() => undefined);
    } catch {}
  };
  models.listen?.(emit);
  const isGuarded = authorize !== undefined;
  const shared: Shared = { base, limits, strict, identify, isGuarded, models, routes: all };
  const answerer = new Answerer(shared, finder(all, base), corsFor(options.cors), authorize, emit);
  return (request, _env, context) => answerer.answer(request, context);
}

function isRoute(route: unknown): boolean {
  const { path, answer } = (route ?? {}) as Partial<Route>;
  return typeof path === "string" && typeof answer === "function";
}

function modelsOf({ artifact, scorer, models }: HandlerOptions, seconds: number): Models {
  if ([artifact, scorer, models].filter((given) => given !== undefined).length !== 1) {
    throw new TenureError(
      "argument_invalid",
      "createHandler needs exactly one of the options artifact, scorer and models",
    );
  }
  const { score, then } = (scorer ?? {}) as { score?: unknown; then?: unknown };
  const isScorer = typeof score === "function" || typeof then === "function";
  checkKind("scorer", scorer, isScorer, "a scorer, or a promise of one");
  const { acquire, list } = (models ?? {}) as { acquire?: unknown; list?: unknown };
  checkKind(
    "models",
    models,
    typeof acquire === "function" && typeof list === "function",
    "what createRollout returns",
  );
  if (models !== undefined) return models;
  return onlyModel(artifact === undefined ? { scorer: scorer! } : { artifact }, seconds);
}

/** Answers requests: finds the route, asks who sends it, and reports what happened. */
class Answerer {
  readonly #shared: Shared;
  readonly #find: Find;
  readonly #cors: Cors;
  readonly #authorize: Authorize | undefined;
  readonly #emit: (event: HandlerEvent) => void;

  constructor(
    shared: Shared,
    find: Find,
    cors: Cors,
    authorize: Authorize | undefined,
    emit: (event: HandlerEvent) => void,
  ) {
    this.#shared = shared;
    this.#find = find;
    this.#cors = cors;
    this.#authorize = authorize;
    this.#emit = emit;
  }

  async answer(request: Request, context: unknown): Promise<Response> {
    const start = performance.now();
    const url = new URL(request.url);
    const found = this.#find(url.pathname);
    const exchange = new Exchange(request, url, found?.segments ?? {}, this.#shared);
    let route: Route | undefined;
    let caller: Caller | undefined;
    let failed: Shown | undefined;
    let response: Response;
    try {
      if (found === undefined) throw this.#notFound(url.pathname);
      if (request.method === "OPTIONS") return this.#cors.options(request, found.routes);
      route = routeOf(found, request.method);
      caller = await this.#admitted(request, route);
      checkQuery(route, url.searchParams);
      response = changeable(await route.answer(exchange));
    } catch (error) {
      failed = shown(error);
      const { details, headers } = failed;
      response = new Response(JSON.stringify(route?.error?.(details) ?? details), {
        status: details.status,
        headers: { ...headers, "content-type": "application/problem+json" },
      });
    }
    this.#cors.add(request, response.headers);
    response.headers.set("x-content-type-options", "nosniff");
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    const { served, tally } = exchange;
    const finish = (streamed?: string): void => {
      served?.release();
      const code = failed?.details.code ?? streamed;
      this.#emit({
        kind: "request",
        route: found?.routes[0]?.path ?? "other",
        method: request.method,
        status: response.status,
        seconds: (performance.now() - start) / 1000,
        ...tally,
        ...(code === undefined ? {} : { code }),
        ...(caller === undefined ? {} : { caller: caller.id }),
        ...(served === undefined ? {} : { model: served.model }),
        ...(failed?.cause === undefined ? {} : { cause: failed.cause }),
      });
    };
    if (exchange.streaming === undefined) finish();
    else later(exchange.streaming.then(finish), context);
    if (exchange.observed !== undefined) later(this.#observed(exchange.observed), context);
    if (request.method !== "HEAD") return response;
    return new Response(null, { status: response.status, headers: response.headers });
  }

  /** Scores with the shadow model once the answer is on its way. */
  async #observed(observe: () => HandlerEvent | undefined): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    const event = observe();
    if (event !== undefined) this.#emit(event);
  }

  #notFound(pathname: string): Error {
    const { base, routes } = this.#shared;
    const paths = routes.map(({ path }) => base + path).join(", ");
    return refuse(404, "not_found", `${pathname} does not exist; the paths are ${paths}`);
  }

  async #admitted(request: Request, { scope }: Route): Promise<Caller | undefined> {
    if (this.#authorize === undefined || scope === undefined) return undefined;
    const caller = await this.#authorize(request);
    if (caller === undefined) {
      const headers = { "www-authenticate": "Bearer" };
      throw refuse(401, "unauthorized", "the request needs a key or a token", { headers });
    }
    if (caller.scopes.includes(scope)) return caller;
    throw refuse(403, "forbidden", `the key or token needs the scope ${scope}`);
  }
}

/** The answer with headers that can be changed: those of `fetch` and of redirections cannot. */
function changeable(response: Response): Response {
  try {
    response.headers.delete("x-content-type-options");
    return response;
  } catch {
    return new Response(response.body, response);
  }
}

/** Tells the runtime to wait for work that goes on after the answer. */
function later(work: Promise<void>, context: unknown): void {
  const quiet = work.catch(() => undefined);
  const { waitUntil } = (context ?? {}) as { waitUntil?: unknown };
  if (typeof waitUntil === "function") waitUntil.call(context, quiet);
}
