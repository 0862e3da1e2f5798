/** `tenure/pool` for Node, Bun and Deno. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readLocal } from "./files.js";
import type { Reply } from "./messages.js";
import type { Spawn, Thread } from "./thread.js";
import { type CreatePool, poolCreator, type WorkerSource } from "./workers.js";

export type { CallOptions, CreatePool, PlatformWorker, Pool, PoolOptions, WorkerSource } from "./workers.js";

const spawner =
  (source: WorkerSource = new URL("./worker-node.js", import.meta.url)): Spawn =>
  (onReply, onEnd) => {
    // By default a worker gets the flags of the process, and `--input-type` or `--eval` would break
    // it.
    const make = () => new Worker(source as URL | string, { execArgv: [] });
    return thread(typeof source === "function" ? (source() as unknown as Worker) : make(), onReply, onEnd);
  };

function thread(worker: Worker, onReply: (reply: Reply) => void, onEnd: (reason: unknown) => void): Thread {
  worker.on("message", onReply);
  worker.on("messageerror", onEnd);
  worker.on("error", onEnd);
  worker.on("exit", (code) => onEnd(new Error(`it ended with exit code ${code}`)));
  return {
    post: (request) => worker.postMessage(request),
    // A worker that waits does not keep the process alive.
    busy: (is) => (is ? worker.ref() : worker.unref()),
    end: () => void worker.terminate(),
  };
}

/** Starts a pool of workers. See {@link CreatePool} for its parameters and errors. */
export const createPool: CreatePool = poolCreator({
  spawner,
  cores: availableParallelism,
  resolve: (address) => address,
  readFile: readLocal,
});
