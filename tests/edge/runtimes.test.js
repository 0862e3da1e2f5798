/**
 * The programs of examples/serving with the packed package, each in its runtime: Node, Deno, Bun and workerd
 * with KV and Durable Objects; and the edge runtime of Vercel.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { load } from "tenure";
import { artifactPath } from "../../pkg/tests/artifact.js";
import { installedApp } from "../consumer/pack.js";

const EXAMPLES = new URL("../../examples/serving/", import.meta.url);
const MODULES = fileURLToPath(new URL("node_modules/", import.meta.url));
const require = createRequire(import.meta.url);
const names = readdirSync(EXAMPLES);
const files = Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, EXAMPLES), "utf8")]));
const app = installedApp({ files });
after(app.remove);

const scorer = await load(artifactPath());
const customer = JSON.parse(files["customer.json"]);
const score = JSON.parse(JSON.stringify(scorer.score(customer)));
const JSON_TYPE = { "content-type": "application/json" };

// The programs themselves. npm's wrappers start them as children, which outlive a wrapper that is killed.
const denoFlags = ["--no-lock", "--node-modules-dir=manual", "--allow-net", "--allow-read", "--allow-env"];
const RUNTIMES = {
  Node: { program: process.execPath, parameters: ["node.mjs"] },
  Deno: { program: join(MODULES, "deno/deno"), parameters: ["run", ...denoFlags, "deno.mjs"] },
  Bun: { program: join(MODULES, "bun/bin/bun.exe"), parameters: ["bun.mjs"] },
};

/** Starts a program, and resolves with the address that it prints. */
async function started(context, program, parameters) {
  const child = spawn(program, [...parameters, "model.safetensors"], {
    cwd: app.folder,
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  context.after(() => child.kill("SIGKILL"));
  const origin = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        printed += chunk;
        const found = /listening on (\S+)/.exec(printed);
        if (found !== null) resolve(found[1]);
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${printed}`)));
  });
  return { origin, child, printed: () => printed };
}

/** What every runtime must answer. */
async function answers(ask, { unzips = true } = {}) {
  const post = async (path, body, headers = JSON_TYPE) => {
    const response = await ask(path, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };
  const text = JSON.stringify(customer);
  const { status, text: answer } = await post("/v1/score?reasons=3", text);
  const { reasons, exact, standardError, model, ...own } = JSON.parse(answer);
  assert.deepEqual([status, own, reasons.length, exact], [200, score, 3, true]);
  assert.equal(typeof model.version, "string");
  const zipped = await post("/v1/score", gzipSync(text), { ...JSON_TYPE, "content-encoding": "gzip" });
  if (unzips) assert.equal(JSON.parse(zipped.text).probability, score.probability);
  else assert.deepEqual([zipped.status, JSON.parse(zipped.text).code], [415, "encoding"]);
  const lines = await post("/v1/score", `${text}\nnot json\n`, { "content-type": "application/x-ndjson" });
  const parsed = lines.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual([parsed[0].probability, parsed[1].error.code], [score.probability, "body_invalid"]);
  assert.equal(parsed[2].findings.rows, 2);
  assert.equal((await post("/v1/explain", text)).status, 200);
  assert.equal((await post("/v1/counterfactuals", text)).status, 200);
  const levels = await post("/v1/score", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
  assert.ok([400, 422].includes(levels.status), levels.text);
  assert.equal((await post("/v1/score", "{")).status, 400);
  assert.equal((await post("/v1/score", `{"x": "${"x".repeat(9_000_000)}"}`)).status, 413);
  const schema = await ask("/v1/schema");
  const etag = schema.headers.get("etag");
  await schema.text();
  assert.equal((await ask("/v1/schema", { headers: { "if-none-match": etag } })).status, 304);
  assert.match(await (await ask("/metrics")).text(), /tenure_requests_total\{route="\/v1\/score",status="200"\} \d/);
}

for (const [name, { program, parameters }] of Object.entries(RUNTIMES)) {
  test(`${name}: every route answers`, async (context) => {
    const { origin, printed } = await started(context, program, parameters);
    await answers((path, options) => fetch(origin + path, options));
    const described = await (await fetch(`${origin}/openapi.json`)).json();
    assert.equal(described.openapi, "3.1.0");
    assert.equal((await fetch(`${origin}/v2/health/ready`)).status, 200);
    const logged = printed()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    assert.ok(logged.length >= 12 && logged.every((line) => JSON.parse(line).kind === "request"));
  });
}

test("Node ends on SIGTERM once what has begun is answered", async (context) => {
  const { origin, child } = await started(context, process.execPath, ["node.mjs"]);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  assert.equal((await fetch(`${origin}/readyz`)).status, 200);
  child.kill("SIGTERM");
  assert.equal(await ended, 0);
});

/** A program as one file. `replaced` says which imports are others. */
async function bundled(options, replaced) {
  const { build } = createRequire(new URL("../../pkg/package.json", import.meta.url))("esbuild");
  const replace = ({ onResolve }) => {
    for (const [pattern, result] of replaced) onResolve({ filter: pattern }, () => result);
  };
  const { outputFiles } = await build({
    bundle: true,
    write: false,
    format: "esm",
    external: ["cloudflare:*"],
    logLevel: "error",
    plugins: [{ name: "replaced", setup: replace }],
    ...options,
  });
  return outputFiles[0].text;
}

test("workerd: models from KV, a canary, keys and a rate limit", async (context) => {
  const { Miniflare } = require("miniflare");
  const keys = /KEYS = '(.*)'/.exec(files["wrangler.toml"])[1];
  const wasm = readFileSync(join(app.folder, "node_modules/tenure/wasm/tenure_bg.wasm"));
  // With a rate that a slow machine exceeds too.
  const contents = files["worker.js"].replace("perMinute: 600", "perMinute: 6, burst: 150");
  assert.notEqual(contents, files["worker.js"]);
  const options = { stdin: { contents, resolveDir: app.folder }, conditions: ["workerd"] };
  const code = await bundled(options, [[/\.wasm$/, { path: "./tenure_bg.wasm", external: true }]]);
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: join(app.folder, "worker.js"), contents: code },
      { type: "CompiledWasm", path: join(app.folder, "tenure_bg.wasm"), contents: wasm },
    ],
    modulesRoot: app.folder,
    compatibilityDate: "2026-01-01",
    kvNamespaces: ["MODELS"],
    durableObjects: { LIMITS: { className: "RateLimit", useSQLite: true } },
    bindings: { KEYS: keys },
  });
  context.after(() => miniflare.dispose());
  await miniflare.ready;
  const key = { "x-api-key": "a-long-random-key" };
  const ask = (path, options = {}) =>
    miniflare.dispatchFetch(`http://localhost${path}`, { ...options, headers: { ...key, ...options.headers } });
  const empty = await ask("/readyz");
  assert.equal(empty.status, 503);
  await empty.text();
  const store = await miniflare.getKVNamespace("MODELS");
  for (const name of ["churn@1", "churn@2"]) await store.put(name, new Uint8Array(readFileSync(artifactPath())).buffer);
  await answers(ask);
  const versions = new Set();
  for (let customerId = 0; customerId < 60; customerId++) {
    const headers = { ...JSON_TYPE, "tenure-key": `customer ${customerId}` };
    const response = await ask("/v1/score", { method: "POST", headers, body: JSON.stringify(customer) });
    versions.add((await response.json()).model.version);
  }
  assert.deepEqual([...versions].sort(), ["1", "2"]);
  const statuses = [];
  for (let request = 0; request < 300 && statuses.at(-1) !== 429; request++) {
    const response = await ask("/v1/schema", { method: "HEAD" });
    statuses.push(response.status);
  }
  assert.deepEqual([statuses[0], statuses.at(-1)], [200, 429]);
  assert.equal((await miniflare.dispatchFetch("http://localhost/v1/schema")).status, 401);
});

test("the edge runtime of Vercel answers", async () => {
  const { EdgeRuntime } = require("edge-runtime");
  const contents = `import { handlerOf } from "./handler.mjs";
      let handle;
      addEventListener("fetch", (event) => {
        handle ??= handlerOf(MODEL);
        event.respondWith(handle(event.request));
      });`;
  const inline = join(app.folder, "node_modules/tenure/dist/inline.js");
  const options = { stdin: { contents, resolveDir: app.folder }, format: "iife" };
  const code = await bundled(options, [[/^tenure$/, { path: inline }]]);
  const runtime = new EdgeRuntime({
    initialCode: code,
    extend: (context) =>
      Object.assign(context, { MODEL: new Uint8Array(readFileSync(artifactPath())), console: { log() {} } }),
  });
  await answers((path, options) => runtime.dispatchFetch(`https://edge.example${path}`, options), {
    // It has no DecompressionStream.
    unzips: false,
  });
});
