/** The script of a worker of `tenure/decide/pool` in Node, Bun and Deno. */

import { parentPort } from "node:worker_threads";
import { load } from "./decide-node.js";
import type { Request } from "./messages.js";
import { server } from "./serve.js";

const answer = server(load, (reply, transfer) => parentPort!.postMessage(reply, transfer));
parentPort!.on("message", (request: Request) => void answer(request));
