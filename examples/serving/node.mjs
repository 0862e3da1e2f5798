/** Serves a model with Node: `node node.mjs MODEL`. `HOST`, `PORT` and `KEYS` are read from the environment. */

import { serve } from "tenure/edge/node";
import { handlerOf } from "./handler.mjs";

const { HOST: hostname = "127.0.0.1", PORT = "8787", KEYS } = process.env;
const [model = "model.safetensors"] = process.argv.slice(2);

const running = await serve(handlerOf(model, KEYS), { hostname, port: Number(PORT) });
console.log(`listening on ${running.origin}`);

// Who stops it waits until every request is answered.
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => running.close());
