/** `tenure/edge/access`: keys of callers, rate limits, and several ways to be known side by side. */

import { kindOf } from "../error.js";
import { TenureError } from "../tenure-error.js";
import type { Authorize, Caller, Scope } from "./exchange.js";
import { refuse } from "./refusal.js";

/** A key that may be used. The key itself is kept nowhere. */
export interface ApiKey {
  /** A name for audits and rate limits. It is no secret. */
  readonly id: string;
  /** The key's hash, which {@link hashKey} makes. */
  readonly sha256: string;
  /** What the key is for. */
  readonly scopes: readonly Scope[];
}

/**
 * Knows callers by a key in the header `x-api-key`, or in `authorization: Bearer KEY`. Keys must be random, at
 * least 16 bytes of them: a plain hash protects no password.
 *
 * @throws TenureError `argument_invalid` for a key without an id, a hash or scopes.
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 * import { apiKeys, hashKey, limited, memoryLimiter } from "tenure/edge/access";
 *
 * const sha256 = await hashKey("a-long-random-key"); // once, where the key is made
 * const keys = apiKeys([{ id: "crm", sha256, scopes: ["score", "explain"] }]);
 * const authorize = limited(keys, memoryLimiter({ perMinute: 600 }));
 * const handle = createHandler({ artifact: "model.safetensors", authorize });
 * ```
 */
export function apiKeys(keys: readonly ApiKey[]): Authorize {
  const known = keys.map((key) => ({ hash: checkedHash(key), caller: { id: key.id, scopes: [...key.scopes] } }));
  return async ({ headers }) => {
    const key = headers.get("x-api-key") ?? bearer(headers);
    // A token has two dots.
    if (key === undefined || (!headers.has("x-api-key") && /^[^.]*\.[^.]*\.[^.]*$/.test(key))) return undefined;
    const given = await digest(key);
    let found: Caller | undefined;
    // Every hash is compared whole, so the time does not say how near a guess is.
    for (const { hash, caller } of known) if (isEqual(hash, given)) found = caller;
    if (found !== undefined) return found;
    throw refuse(401, "key_unknown", "the key is not known", { headers: { "www-authenticate": "Bearer" } });
  };
}

/** The hash of a key, for {@link ApiKey}: its SHA-256 in hexadecimal. */
export async function hashKey(key: string): Promise<string> {
  return Array.from(await digest(key), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The token of `authorization: Bearer TOKEN`. */
function bearer(headers: Headers): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  for (let at = 0; at < one.length; at++) difference |= one[at]! ^ other[at]!;
  return difference === 0;
}

function checkedHash({ id, sha256, scopes }: ApiKey): Uint8Array {
  const isWhole = typeof id === "string" && Array.isArray(scopes) && /^[0-9a-f]{64}$/.test(sha256);
  if (isWhole) return Uint8Array.from(sha256.match(/../g)!, (digits) => Number.parseInt(digits, 16));
  const given = typeof id === "string" ? id : kindOf(id);
  throw new TenureError("argument_invalid", `a key needs an id, a SHA-256 in hexadecimal and scopes (got ${given})`);
}

/** Asks one after the other who sends a request; the first that knows decides. */
export function firstOf(...ways: readonly Authorize[]): Authorize {
  return async (request) => {
    for (const way of ways) {
      const caller = await way(request);
      if (caller !== undefined) return caller;
    }
    return undefined;
  };
}

/** What a rate limit says about a request. */
export interface Taken {
  /** Seconds until the next request may come; 0 if this one may. */
  readonly waitSeconds: number;
}

/** Counts requests of callers. */
export interface Limiter {
  /** Counts one request of a caller. */
  take(id: string): Taken | Promise<Taken>;
}

/** How many requests a caller may send. */
export interface Rate {
  /** Requests a minute, on average. */
  readonly perMinute: number;
  /** Most requests at once. Default: `perMinute`. */
  readonly burst?: number;
}

/** Refuses requests beyond the limit with 429 and the header `retry-after`. */
export function limited(authorize: Authorize, limiter: Limiter): Authorize {
  return async (request) => {
    const caller = await authorize(request);
    if (caller === undefined) return undefined;
    let waitSeconds: number;
    try {
      ({ waitSeconds } = await limiter.take(caller.id));
    } catch (cause) {
      throw refuse(503, "unavailable", "the rate limit cannot be asked; try again later", { cause });
    }
    if (waitSeconds <= 0) return caller;
    const headers = { "retry-after": String(Math.ceil(waitSeconds)) };
    throw refuse(429, "rate_limited", `${caller.id} sends too many requests`, { headers });
  };
}

/** A bucket of tokens that fills steadily. */
class Bucket {
  #tokens: number;
  #at: number;

  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#at = now;
  }

  take(perSecond: number, burst: number, now: number): Taken {
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return { waitSeconds: (1 - this.#tokens) / perSecond };
    this.#tokens -= 1;
    return { waitSeconds: 0 };
  }
}

/** Most callers that are counted at a time. */
const MOST_BUCKETS = 100_000;

/** Counts in the memory of this process or isolate: several of them count apart. */
export function memoryLimiter(rate: Rate): Limiter {
  const { perSecond, burst } = checkedRate(rate);
  const buckets = new Map<string, Bucket>();
  return {
    take(id) {
      const now = Date.now();
      let bucket = buckets.get(id);
      if (bucket === undefined) {
        // The caller who came first is forgotten, and begins with a full bucket.
        if (buckets.size >= MOST_BUCKETS) buckets.delete(buckets.keys().next().value!);
        bucket = new Bucket(burst, now);
        buckets.set(id, bucket);
      }
      return bucket.take(perSecond, burst, now);
    },
  };
}

function checkedRate({ perMinute, burst = perMinute }: Rate): { readonly perSecond: number; readonly burst: number } {
  if (perMinute > 0 && burst >= 1) return { perSecond: perMinute / 60, burst };
  throw new TenureError("argument_invalid", "a rate needs perMinute above 0 and a burst of at least 1");
}

/** What {@link durableLimiter} uses of a Durable Object. */
export interface DurableObject {
  /** Asks the object. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of the platform are not this package's.
  fetch(request: any): Promise<Pick<Response, "json">>;
}

/** What {@link durableLimiter} uses of a namespace of Durable Objects. */
export interface DurableNamespace {
  /** The id of the object with this name. */
  idFromName(name: string): unknown;
  /** The object with this id. */
  // biome-ignore lint/suspicious/noExplicitAny: the types of the platform are not this package's.
  get(id: any): DurableObject;
}

/** Counts in a Durable Object for each caller, whose class is {@link RateLimit}: one count everywhere. */
export function durableLimiter(namespace: DurableNamespace, rate: Rate): Limiter {
  const query = new URLSearchParams(Object.entries(checkedRate(rate)).map(([name, value]) => [name, String(value)]));
  return {
    take: async (id) => {
      const counter = namespace.get(namespace.idFromName(id));
      return (await (await counter.fetch(`https://limit.invalid/?${query}`)).json()) as Taken;
    },
  };
}

/**
 * The class of the Durable Objects: `export { RateLimit } from "tenure/edge/access"`. It counts in memory, so a
 * caller who was quiet long enough for the object to end begins with a full bucket.
 */
export class RateLimit {
  #bucket: Bucket | undefined;

  /** Counts one request. */
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const [perSecond, burst] = [Number(searchParams.get("perSecond")), Number(searchParams.get("burst"))];
    const now = Date.now();
    this.#bucket ??= new Bucket(burst, now);
    return Response.json(this.#bucket.take(perSecond, burst, now));
  }
}
