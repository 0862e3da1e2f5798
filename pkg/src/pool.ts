/** `tenure/pool` for browsers and bundlers, which find the worker by this very `new Worker(new URL(…))`. */

import type { Reply } from "./messages.js";
import type { Thread } from "./thread.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, Pool, PoolOptions } from "./workers.js";

function spawn(onReply: (reply: Reply) => void, onEnd: (reason: unknown) => void): Thread {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onmessageerror = () => onEnd(new Error("a reply could not be read"));
  // A script that does not load says nothing more than that.
  worker.onerror = (event) =>
    onEnd(new Error(event.message || "its script did not load; a Content-Security-Policy needs worker-src 'self'"));
  return { post: (request) => worker.postMessage(request), busy: () => undefined, end: () => worker.terminate() };
}

/** Starts workers, each with a scorer of its own: parameters and errors stand at {@link CreatePool}. */
export const createPool: CreatePool = poolCreator({
  spawn,
  cores: () => navigator.hardwareConcurrency,
  resolve: (address) => new URL(address, globalThis.location?.href).href,
});
