/** Serves a model with Bun: `bun bun.mjs MODEL`. */

import { handlerOf } from "./handler.mjs";

const { HOST: hostname = "127.0.0.1", PORT = "8787", KEYS } = process.env;
const [model = "model.safetensors"] = process.argv.slice(2);

const server = Bun.serve({ hostname, port: Number(PORT), fetch: handlerOf(model, KEYS) });
console.log(`listening on http://${hostname}:${server.port}`);
