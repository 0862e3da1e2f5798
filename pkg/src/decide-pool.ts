/**
 * `tenure/decide/pool`: `tenure/pool` with the module of `tenure/decide`, so that a page that decides
 * downloads one module. Its workers can count what they score.
 */

import { browser } from "./browser-pool.js";
import { type CreateDecidingPool, WATCHING } from "./watching.js";
import { poolCreator } from "./workers.js";

export type {
  CreateDecidingPool as CreatePool,
  DecidingPool as Pool,
  DecidingPoolOptions as PoolOptions,
} from "./watching.js";
export type { CallOptions, PlatformWorker, WorkerSource } from "./workers.js";

/** Starts a pool of workers. See {@link CreateDecidingPool} for its parameters and errors. */
export const createPool = poolCreator(
  browser(
    () => new URL("./decide-worker.js", import.meta.url),
    () => new URL("../wasm/tenure_decide_bg.wasm", import.meta.url),
  ),
  WATCHING,
) as CreateDecidingPool;
