/**
 * Measures exact explanations in a fresh page. Puts the figures, or the error, into
 * `window.session`.
 */

import { measureExact } from "./session.js";

async function run() {
  const bytes = async (name) => (await fetch(`inputs/${name}`)).arrayBuffer();
  const given = JSON.parse(new TextDecoder().decode(await bytes("given.json")));
  return measureExact({
    ...given,
    model: "inputs/model.safetensors",
    wasm: "inputs/tenure_bg.wasm",
    limit: await bytes("limit.wasm"),
  });
}

window.session = run().catch((error) => ({ error: `${error?.stack ?? error}` }));
