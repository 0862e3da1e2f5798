/** `tenure/edge`: the handler for HTTP requests. It takes what it shares with the package from `tenure` itself, whatever the runtime. */

export { createHandler, type Handler, type HandlerOptions } from "./handler.js";
export type { HandlerError } from "./http.js";
