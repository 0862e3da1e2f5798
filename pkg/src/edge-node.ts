/** `tenure/edge` for Node, Bun and Deno. */

import { type Handler, type HandlerOptions, handlerFactory } from "./handler.js";
import { load } from "./node.js";

export type { Handler, HandlerOptions } from "./handler.js";
export type { HandlerError } from "./http.js";

/** A handler for HTTP requests; `edge.ts` has its documentation. */
export const createHandler: (options: HandlerOptions) => Handler = handlerFactory(load);
