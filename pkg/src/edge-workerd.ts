/** `tenure/edge` for edge runtimes, where the WebAssembly module comes as an import. */

import { type Handler, type HandlerOptions, handlerFactory } from "./handler.js";
import { load } from "./workerd.js";

export type { Handler, HandlerOptions } from "./handler.js";
export type { HandlerError } from "./http.js";

/** A handler for HTTP requests; `edge.ts` has its documentation. */
export const createHandler: (options: HandlerOptions) => Handler = handlerFactory(load);
