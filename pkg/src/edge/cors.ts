/** Which pages of other origins may read answers. */

import { checkKind } from "../error.js";
import type { Route } from "./exchange.js";
import { allowed } from "./routing.js";

/** Adds the headers that a page of another origin needs, if its origin is allowed. */
export interface Cors {
  /** Adds to any answer. */
  add(request: Request, headers: Headers): void;
  /** The answer to OPTIONS, also to the question that a browser asks before it sends a request. */
  options(request: Request, routes: readonly Route[]): Response;
}

const TAKEN = "authorization, content-encoding, content-type, tenure-key, x-api-key";
const SHOWN = "etag, retry-after";
/** A browser may keep the answer for a day. */
const MAXIMUM_AGE = "86400";

/** Makes the headers for a list of origins, such as `https://app.example`; `*` allows every origin. */
export function corsFor(origins: readonly string[] = []): Cors {
  const isList = Array.isArray(origins) && Array.from(origins).every((origin) => typeof origin === "string");
  checkKind("cors", origins, isList, "a list of origins such as https://app.example, or of *");
  const any = origins.includes("*");
  const add = (request: Request, headers: Headers): boolean => {
    if (origins.length === 0) return false;
    if (!any) headers.append("vary", "origin");
    const origin = request.headers.get("origin");
    if (origin === null || !(any || origins.includes(origin))) return false;
    headers.set("access-control-allow-origin", any ? "*" : origin);
    headers.set("access-control-expose-headers", SHOWN);
    return true;
  };
  return {
    add,
    options(request, routes) {
      const headers = new Headers({ allow: allowed(routes) });
      if (add(request, headers) && request.headers.has("access-control-request-method")) {
        headers.set("access-control-allow-methods", allowed(routes));
        headers.set("access-control-allow-headers", TAKEN);
        headers.set("access-control-max-age", MAXIMUM_AGE);
      }
      return new Response(null, { status: 204, headers });
    },
  };
}
