/** `tenure/pool` for Node, Bun and Deno. */

import { Worker } from "node:worker_threads";
import { node, OPTIONS } from "./node-pool.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, PlatformWorker, Pool, PoolOptions, WorkerSource } from "./workers.js";

/** Starts a pool of workers. See {@link CreatePool} for its parameters and errors. */
export const createPool: CreatePool = poolCreator(
  // Bundlers recognise this expression.
  node(() => new Worker(new URL("./worker-node.js", import.meta.url), OPTIONS)),
);
