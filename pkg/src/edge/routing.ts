/** Finds the route of a request: by path, then by method. */

import type { Route } from "./exchange.js";
import { refuse } from "./refusal.js";

/** The routes of one path, and the values of its segments in braces. */
export interface Matched {
  readonly routes: readonly Route[];
  readonly segments: Readonly<Record<string, string>>;
}

/** Finds routes by their path. */
export type Find = (pathname: string) => Matched | undefined;

/** Makes the search for a list of routes below a base. */
export function finder(routes: readonly Route[], base: string): Find {
  const byPath = new Map<string, Route[]>();
  for (const route of routes) byPath.set(route.path, [...(byPath.get(route.path) ?? []), route]);
  const patterns = [...byPath]
    .filter(([path]) => path.includes("{"))
    .map(([path, own]) => [path.split("/"), own] as const);
  const depth = segmentsOf(base).length;
  return (pathname) => {
    if (base !== "" && pathname !== base && !pathname.startsWith(`${base}/`)) return undefined;
    const given = decodedSegments(pathname)?.slice(depth);
    if (given === undefined) return undefined;
    const own = byPath.get(`/${given.join("/")}`);
    if (own !== undefined && !given.some((segment) => segment.includes("/"))) return { routes: own, segments: {} };
    for (const [pattern, others] of patterns) {
      const segments = matched(pattern.slice(1), given);
      if (segments !== undefined) return { routes: others, segments };
    }
    return undefined;
  };
}

function matched(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const segments: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith("{")) segments[part.slice(1, -1)] = given[index]!;
    else if (part !== given[index]) return undefined;
  }
  return segments;
}

/** The segments of a path. A slash at its end adds none. */
function segmentsOf(pathname: string): string[] {
  const segments = pathname.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  return segments;
}

/** The segments with `%20` as a blank; `undefined` if an escape is broken. */
function decodedSegments(pathname: string): string[] | undefined {
  const segments = segmentsOf(pathname);
  if (!pathname.includes("%")) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** The methods of routes, for the header `allow`. */
export function allowed(routes: readonly Route[]): string {
  const methods = routes.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return [...methods, "OPTIONS"].join(", ");
}

/** The route of a method. Throws 405 with the methods that there are. */
export function routeOf({ routes }: Matched, method: string): Route {
  const found = routes.find((route) => route.method === (method === "HEAD" ? "GET" : method));
  if (found !== undefined) return found;
  const allow = allowed(routes);
  throw refuse(405, "method_not_allowed", `${routes[0]!.path} accepts ${allow}, not ${method}`, { headers: { allow } });
}

/** Throws 400 for a parameter of the query that the route does not have, or has twice. */
export function checkQuery({ path, query = [] }: Route, parameters: URLSearchParams): void {
  const seen = new Set<string>();
  for (const name of parameters.keys()) {
    const isKnown = query.includes(name);
    if (isKnown && !seen.has(name)) {
      seen.add(name);
      continue;
    }
    const names = query.length === 0 ? "takes no parameters" : `takes ${query.join(", ")}, each once`;
    const value = parameters.get(name) ?? "";
    const problem = {
      field: name,
      rule: isKnown ? "unique" : "unknown",
      value,
      message: `is not taken: ${path} ${names}`,
    };
    throw refuse(400, "argument_invalid", `${path} ${names}, and the query has ${name}`, { problems: [problem] });
  }
}
