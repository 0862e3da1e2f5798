/** `GET /v1/schema` and `GET /v1/card`: documents of a model, which a caller can keep. */

import type { Exchange, Route } from "./exchange.js";

/** The fields of a record, and the tiers. */
export const schemaRoute: Route = {
  path: "/v1/schema",
  method: "GET",
  scope: "score",
  query: ["model"],
  async answer(exchange) {
    const { schema, policy } = (await exchange.model()).scorer;
    return kept(exchange, JSON.stringify({ schema, policy }), "application/json");
  },
};

/** How the model was made, and its metrics. */
export const cardRoute: Route = {
  path: "/v1/card",
  method: "GET",
  scope: "score",
  query: ["model"],
  async answer(exchange) {
    return kept(exchange, JSON.stringify((await exchange.model()).scorer.card), "application/json");
  },
};

/** Answers with a text and its hash as ETag, or with 304 if the caller has that text. */
export async function kept({ request }: Exchange, text: string, type: string): Promise<Response> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const etag = `"${Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
  const headers = { etag, "cache-control": "no-cache" };
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
  return new Response(text, { headers: { ...headers, "content-type": type } });
}
