/** `tenure/pool` for Node, Bun and Deno. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readLocal } from "./files.js";
import type { Reply } from "./messages.js";
import type { Spawn, Thread } from "./thread.js";
import { type CreatePool, poolCreator, type WorkerSource } from "./workers.js";

export type { CallOptions, CreatePool, PlatformWorker, Pool, PoolOptions, WorkerSource } from "./workers.js";

/**
 * By default a worker gets the flags of the process, and `--input-type` or `--eval` would break it.
 */
const OPTIONS = { execArgv: [] };

const spawner =
  (source: WorkerSource | undefined): Spawn =>
  (onReply, onEnd) =>
    thread(started(source), onReply, onEnd);

function started(source: WorkerSource | undefined): Worker {
  // Bundlers recognise this expression.
  if (source === undefined) return new Worker(new URL("./worker-node.js", import.meta.url), OPTIONS);
  if (typeof source === "function") return source() as unknown as Worker;
  // And in place of this one, written with `new`, Turbopack would look for every file beside it.
  return Reflect.construct(Worker, [source, OPTIONS]);
}

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
