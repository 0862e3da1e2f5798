/**
 * `tenure/pool` for browsers. Bundlers recognise the `new Worker(new URL(…))` below and copy the
 * worker's script.
 */

import type { Reply } from "./messages.js";
import type { Thread } from "./thread.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, Pool, PoolOptions } from "./workers.js";

function spawn(onReply: (reply: Reply) => void, onEnd: (reason: unknown) => void): Thread {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => onReply(data);
  worker.onmessageerror = () => onEnd(new Error("its reply cannot be read"));
  // The event has no message if the script did not load.
  worker.onerror = (event) =>
    onEnd(
      new Error(
        event.message || "its script did not load. Add worker-src 'self' to the page's Content-Security-Policy",
      ),
    );
  return { post: (request) => worker.postMessage(request), busy: () => undefined, end: () => worker.terminate() };
}

/** Starts a pool of workers. See {@link CreatePool} for its parameters and errors. */
export const createPool: CreatePool = poolCreator({
  spawn,
  cores: () => navigator.hardwareConcurrency,
  resolve: (address) => new URL(address, globalThis.location?.href).href,
});
