/** `tenure/pool` for browsers. Bundlers recognise the `new URL` below and copy the files. */

import { browser } from "./browser-pool.js";
import { type CreatePool, poolCreator } from "./workers.js";

export type { CallOptions, CreatePool, PlatformWorker, Pool, PoolOptions, WorkerSource } from "./workers.js";

/** Starts a pool of workers. See {@link CreatePool} for its parameters and errors. */
export const createPool: CreatePool = poolCreator(
  browser(
    () => new URL("./worker.js", import.meta.url),
    () => new URL("../wasm/tenure_bg.wasm", import.meta.url),
  ),
);
