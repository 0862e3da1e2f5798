/** `tenure/pool` for Node, Bun and Deno. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readLocal } from "./files.js";
import type { Reply } from "./messages.js";
import type { Thread } from "./thread.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, Pool, PoolOptions } from "./workers.js";

function spawn(onReply: (reply: Reply) => void, onEnd: (reason: unknown) => void): Thread {
  // Flags of the process (`--input-type`, `--eval`) would be taken for the worker's own.
  const worker = new Worker(new URL("./worker-node.js", import.meta.url), { execArgv: [] });
  worker.on("message", onReply);
  worker.on("messageerror", onEnd);
  worker.on("error", onEnd);
  worker.on("exit", (code) => onEnd(new Error(`it ended with ${code}`)));
  return {
    post: (request) => worker.postMessage(request),
    // A process may end while its workers wait, as it may while a scorer lies in its memory.
    busy: (is) => (is ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}

/** Starts workers, each with a scorer of its own: parameters and errors stand at {@link CreatePool}. */
export const createPool: CreatePool = poolCreator({
  spawn,
  cores: availableParallelism,
  resolve: (address) => address,
  readFile: readLocal,
});
