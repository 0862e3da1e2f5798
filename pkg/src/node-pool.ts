/** What a pool needs of Node, Bun and Deno. `pool-node.ts` and `decide-pool-node.ts` name the script. */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { readLocal } from "./files.js";
import type { Reply } from "./messages.js";
import type { Thread } from "./thread.js";
import type { PoolPlatform } from "./workers.js";

/**
 * By default a worker gets the flags of the process, and `--input-type` or `--eval` would break it.
 */
export const OPTIONS = { execArgv: [] };

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

/** The platform, with the function that starts the package's own worker. */
export const node = (own: () => Worker): PoolPlatform => ({
  spawner: (source) => (onReply, onEnd) => {
    if (source === undefined) return thread(own(), onReply, onEnd);
    if (typeof source === "function") return thread(source() as unknown as Worker, onReply, onEnd);
    // Written with `new`, Turbopack would look for every file beside this one.
    return thread(Reflect.construct(Worker, [source, OPTIONS]), onReply, onEnd);
  },
  cores: availableParallelism,
  resolve: (address) => address,
  readFile: readLocal,
});
