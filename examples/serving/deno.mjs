/** Serves a model with Deno: `deno run --allow-net --allow-read --allow-env deno.mjs MODEL`. */

import { handlerOf } from "./handler.mjs";

const [model = "model.safetensors"] = Deno.args;
const hostname = Deno.env.get("HOST") ?? "127.0.0.1";
const port = Number(Deno.env.get("PORT") ?? "8787");

Deno.serve(
  { hostname, port, onListen: (address) => console.log(`listening on http://${hostname}:${address.port}`) },
  handlerOf(model, Deno.env.get("KEYS")),
);
