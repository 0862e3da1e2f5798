/** The script of a pool's worker in Node, Bun and Deno. */

import { parentPort } from "node:worker_threads";
import type { Request } from "./messages.js";
import { load } from "./node.js";
import { server } from "./serve.js";

const answer = server(load, (reply, transfer) => parentPort!.postMessage(reply, transfer));
parentPort!.on("message", (request: Request) => void answer(request));
