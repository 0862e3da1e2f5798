/**
 * The handler beside its peers, for `cargo xtask bench edge`: start in workerd beside a worker that answers
 * "hello", a score with three reasons, and requests a second on Node and Bun beside FastAPI, uvicorn and PyTorch.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createHandler } from "tenure/edge";
import { readArguments } from "../arguments.js";
import { equivalentNetwork, readDocument } from "../artifact.js";
import { median } from "../session.js";
import { readRecords } from "../table.js";
import { requestBytes, sendAll } from "./client.js";
import { startOnBun, startServer, startTenure } from "./process.js";

const { data, model, python, out } = readArguments(["data", "model", "out"]);
process.env["TENURE_ARTIFACT"] = model;
const { installedApp } = await import("../../consumer/pack.js");
const { packageModules, startWorkerd } = await import("../../edge/workerd.js");

const STARTS = 15;
const WARM = 300;
const EXPLAINED = 2000;
const CONNECTIONS = 32;
const REQUESTS = 4000;
const ROUNDS = 5;

const document = readDocument(model);
const records = readRecords(data, document.schema);
const environment = {
  node: process.version,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  load: loadavg()[0],
  model: document.card.name,
};
const results = { environment, ...(await start()), ...(await reasons()), ...(await requests()) };
writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify(results, null, 2));

/** Milliseconds from the start of workerd to the first answer, in turns with a worker that answers "hello". */
async function start() {
  const app = installedApp({
    files: {
      "worker.js": `import { createHandler } from "tenure/edge";
        import artifact from "./model.safetensors";
        export default { fetch: createHandler({ artifact }) };`,
      "hello.js": 'export default { fetch: () => new Response("hello") };',
    },
  });
  const body = JSON.stringify(records[0]);
  const headers = { "content-type": "application/json" };
  const once = async (modules) => {
    const begin = performance.now();
    const { origin, stop } = await startWorkerd(app.folder, modules);
    const response = await fetch(`${origin}/v1/score`, { method: "POST", headers, body });
    await response.text();
    const time = performance.now() - begin;
    await stop();
    if (response.status !== 200) throw new Error(`the worker answers ${response.status}`);
    return time;
  };
  try {
    const times = { hello: [], tenure: [] };
    const modules = { hello: [{ name: "hello.js" }], tenure: packageModules(app.folder, "worker.js") };
    for (let turn = 0; turn < STARTS * 2; turn++) {
      const name = (turn + (turn >> 1)) % 2 === 0 ? "hello" : "tenure";
      times[name].push(await once(modules[name]));
    }
    const [hello, tenure] = [median(times.hello), median(times.tenure)];
    return { start_ms: tenure, start_hello_ms: hello, start_ratio: tenure / hello };
  } finally {
    app.remove();
  }
}

/** Milliseconds of the handler for a score with three reasons. */
async function reasons() {
  const handler = createHandler({ artifact: readFileSync(model) });
  const times = [];
  let exact = 0;
  for (let turn = 0; turn < WARM + EXPLAINED; turn++) {
    const request = new Request("http://localhost/v1/score?reasons=3", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(records[turn % records.length]),
    });
    const begin = performance.now();
    const answer = await (await handler(request)).text();
    const time = performance.now() - begin;
    if (turn < WARM) continue;
    times.push(time);
    const { reasons, exact: isExact } = JSON.parse(answer);
    if (reasons.length !== 3) throw new Error("an answer has no reasons");
    exact += Number(isExact);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return { reasons_p50_ms: at(0.5), reasons_p99_ms: at(0.99), reasons_exact: exact / EXPLAINED };
}

/** Requests a second of one process, in turns. The client is this process, the same for all. */
async function requests() {
  const servers = { node: await startTenure("--model", model), bun: await startOnBun("--model", model) };
  if (python !== undefined) servers.fastapi = await startServer(python, [peerScript(), peerNetwork()]);
  const bodies = records.slice(0, 1000).map((record) => requestBytes("/v1/score", JSON.stringify(record)));
  const once = async ({ port }) => {
    const begin = performance.now();
    await sendAll(port, CONNECTIONS, REQUESTS, async (number, connection) => {
      const { status, body } = await connection.send(bodies[number % bodies.length]);
      if (status !== 200) throw new Error(`a request is refused: ${status} ${body}`);
    });
    return (1000 * REQUESTS) / (performance.now() - begin);
  };
  try {
    const rates = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
    for (const server of Object.values(servers)) await once(server);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, server] of Object.entries(servers)) rates[name].push(await once(server));
    }
    const [node, bun] = [median(rates.node), median(rates.bun)];
    const own = { requests_node: node, requests_bun: bun };
    if (rates.fastapi === undefined) return own;
    const peer = median(rates.fastapi);
    return {
      ...own,
      requests_fastapi: peer,
      requests_ratio_node: node / peer,
      requests_ratio: Math.max(node, bun) / peer,
    };
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
}

function peerScript() {
  return new URL("peer.py", import.meta.url).pathname;
}

/** The fields and the sizes of the network that the artifact packs. */
function peerNetwork() {
  const { width, hidden } = equivalentNetwork(document);
  const knots = new Map(document.encoder.inputs.map((input) => [input.name, input.knots ?? []]));
  const fields = document.schema.fields.map((field) => {
    const { name, kind, negative, positive, categories } = field;
    if (kind === "number") return { name, knots: knots.get(name) };
    return { name, values: kind === "flag" ? [negative, positive] : categories };
  });
  const file = join(tmpdir(), `tenure-peer-${process.pid}.json`);
  const tiers = document.policy.tiers.map(({ from }) => from);
  writeFileSync(file, JSON.stringify({ width, hidden, fields, tiers }));
  return file;
}
