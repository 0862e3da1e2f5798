/** `tenure/edge` for the edge runtime of Next.js and Vercel. */

import { load } from "./edge-light.js";
import { type Handler, type HandlerOptions, handlerFactory } from "./handler.js";

export type { Handler, HandlerOptions } from "./handler.js";
export type { HandlerError } from "./http.js";

/** A handler for HTTP requests; `edge.ts` has its documentation. */
export const createHandler: (options: HandlerOptions) => Handler = handlerFactory(load);
