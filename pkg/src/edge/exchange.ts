/** Routes, and one request while a route answers it: what it reads, and what it reports. */

import type { AnyScorer } from "../any-scorer.js";
import type { Tier } from "../document.js";
import type { CustomerRecord } from "../types.js";
import { mediaType, parsed, readText } from "./body.js";
import type { HandlerEvent } from "./event.js";
import type { Limits } from "./limits.js";
import type { Models, Scored, Served } from "./models.js";
import type { ProblemDetails } from "./refusal.js";

/** What a caller may do: a key or token has some of these. */
export type Scope = "score" | "explain" | "profile" | "metrics";

/** Who sends a request, as `authorize` finds out. */
export interface Caller {
  /** The id of the key or token, for audits and rate limits. It is no secret. */
  readonly id: string;
  /** What the caller may do. */
  readonly scopes: readonly Scope[];
}

/**
 * Finds out who sends a request. `undefined` stands for nobody, who gets 401. Throws what `refuse` makes.
 * `tenure/edge/access` has one for keys, `tenure/edge/jwt` one for tokens.
 */
export type Authorize = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** Something that the handler answers. */
export interface Route {
  /** The path below the base, such as `/v1/score`. `{name}` stands for any one segment. */
  readonly path: string;
  /** The method. `GET` stands for `HEAD` too. */
  readonly method: "GET" | "POST";
  /** What the caller must be allowed to do; absent if anybody may ask. */
  readonly scope?: Scope;
  /** The names of the parameters that the query may have. */
  readonly query?: readonly string[];
  /** Answers. An error becomes an answer too. */
  answer(exchange: Exchange): Response | Promise<Response>;
  /** The body of an error, for a protocol that has its own. Default: the problem details. */
  error?(details: ProblemDetails): object;
}

/** What every request of a handler shares. */
export interface Shared {
  /** The prefix of all paths. */
  readonly base: string;
  /** The limits, with the defaults. */
  readonly limits: Limits;
  /** The option `strict`. */
  readonly strict: boolean;
  /** The option `identify`. */
  readonly identify: boolean;
  /** Whether `authorize` is set. */
  readonly isGuarded: boolean;
  /** The models. */
  readonly models: Models;
  /** All routes. */
  readonly routes: readonly Route[];
}

/** One request while it is answered. */
export class Exchange {
  /** The request. */
  readonly request: Request;
  /** Its address. */
  readonly url: URL;
  /** The values of the path's segments in braces. */
  readonly segments: Readonly<Record<string, string>>;
  /** What every request of the handler shares. */
  readonly shared: Shared;
  /** @internal */
  readonly tally = { scored: 0, refused: 0, tiers: {} as Record<string, number> };
  /** @internal */
  served: Served | undefined;
  /** @internal */
  observed: (() => HandlerEvent | undefined) | undefined;
  /** @internal Resolves at the end of an answer that streams, with the code of its error. */
  streaming: Promise<string | undefined> | undefined;

  /** @internal */
  constructor(request: Request, url: URL, segments: Readonly<Record<string, string>>, shared: Shared) {
    this.request = request;
    this.url = url;
    this.segments = segments;
    this.shared = shared;
  }

  /** The text of a body of JSON. Throws 415, 413, 408 or 400. A client of another protocol may leave its type out. */
  async text(type: "required" | "optional" = "required"): Promise<string> {
    if (type === "required" || this.request.headers.has("content-type")) mediaType(this.request, ["json"]);
    return readText(this.request, this.shared.limits);
  }

  /** The value of a text of JSON. Throws 400. */
  parse(text: string): unknown {
    return parsed(text, this.shared.strict);
  }

  /**
   * The model that the request asks for, until its answer is complete.
   *
   * @param text the body, which a canary decides by if the request has no header `tenure-key`.
   * @param model the model's name. Default: the parameter `model` of the query.
   */
  async model(
    text?: string,
    model: string | undefined = this.url.searchParams.get("model") ?? undefined,
  ): Promise<Served> {
    const key = this.request.headers.get("tenure-key") ?? text;
    this.served = await this.shared.models.acquire({ model, key });
    return this.served;
  }

  /** Counts a score for the event of the request, by its tier among these. Default: the policy's, by probability. */
  count({ policy }: AnyScorer, tier: number, tiers: readonly Tier[] = policy.tiers): void {
    const { tally } = this;
    const name = tiers[tier]?.name ?? String(tier);
    tally.scored += 1;
    tally.tiers[name] = (tally.tiers[name] ?? 0) + 1;
  }

  /** Counts a record without a score. */
  countRefused(): void {
    this.tally.refused += 1;
  }

  /** Hands over what was scored, for the shadow model. */
  observe(records: readonly CustomerRecord[], scored: Scored): void {
    const { served } = this;
    if (served?.observe !== undefined) this.observed = () => served.observe!(records, scored);
  }

  /** An answer of JSON. It names the model if the handler identifies it. */
  json(body: object): Response {
    const model = this.shared.identify ? this.served?.model : undefined;
    return Response.json(model === undefined ? body : { ...body, model });
  }
}
