/**
 * One session in a fresh page. The address names the engine. Puts the figures, or the error, into
 * `window.session`.
 */

import { measure } from "./session.js";

const parameters = new URLSearchParams(location.search);
const engine = parameters.get("engine");
const address = (name) => new URL(`inputs/${name}`, location.href).href;
const read = async (name) => (await fetch(address(name))).arrayBuffer();

async function run() {
  const { network, records } = JSON.parse(new TextDecoder().decode(await read("inputs.json")));
  const vendor = new URL(`vendor/${engine}/`, location.href).href;
  const given = { network, records, address, read, vendor, wasm: `${vendor}tenure_bg.wasm` };
  const importEngine = () =>
    import(/* not bundled: its time counts */ new URL(`engines/${engine}.js`, location.href).href);
  return measure(given, importEngine, parameters.has("cold"));
}

window.session = run().catch((error) => ({ error: `${error?.stack ?? error}` }));
