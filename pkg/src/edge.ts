/** `tenure/edge` for browsers (service workers) and bundlers. */

import { type Handler, type HandlerOptions, handlerFactory } from "./handler.js";
import { load } from "./index.js";

export type { Handler, HandlerOptions } from "./handler.js";
export type { HandlerError } from "./http.js";

/**
 * A handler for HTTP requests, for any runtime with `fetch` semantics:
 *
 * - `POST /score` takes a record and answers with its score, or takes `{"records": [...]}` and answers with
 *   `{"scores": [...]}`, one score or `{"error"}` for each.
 * - `POST /explain` takes a record and answers with its explanation.
 * - `GET /schema` answers with schema, policy and card; `GET /health` with `{"status": "ok", "model"}`.
 *
 * Errors are `{"error": {code, message, problems}}` with status 400 (no JSON), 404, 405, 413 (beyond the limits),
 * 415 (not JSON), 422 (`record_invalid`) or 503 (no model).
 *
 * @throws TenureError `argument_invalid` unless exactly one of `scorer` and `artifact` is given.
 */
export const createHandler: (options: HandlerOptions) => Handler = handlerFactory(load);
