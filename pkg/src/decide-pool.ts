/**
 * `tenure/decide/pool`: `tenure/pool` with the module of `tenure/decide`, so that a page that decides
 * downloads one module.
 */

import { browser } from "./browser-pool.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, PlatformWorker, Pool, PoolOptions, WorkerSource } from "./workers.js";

/** Starts a pool of workers. See {@link CreatePool} for its parameters and errors. */
export const createPool: CreatePool = poolCreator(
  browser(
    () => new URL("./decide-worker.js", import.meta.url),
    () => new URL("../wasm/tenure_decide_bg.wasm", import.meta.url),
  ),
);
