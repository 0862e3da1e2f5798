/** `tenure/decide/pool` for Node, Bun and Deno. */

import { Worker } from "node:worker_threads";
import { node, OPTIONS } from "./node-pool.js";
import { type CreateDecidingPool, WATCHING } from "./watching.js";
import { poolCreator } from "./workers.js";

/** Starts a pool of workers. See {@link CreateDecidingPool} for its parameters and errors. */
export const createPool = poolCreator(
  // Bundlers recognise this expression.
  node(() => new Worker(new URL("./decide-worker-node.js", import.meta.url), OPTIONS)),
  WATCHING,
) as CreateDecidingPool;
