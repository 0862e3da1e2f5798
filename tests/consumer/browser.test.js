/**
 * The packed package in headless Chromium: built by Vite, served by Vite, and without a bundler.
 */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { load } from "tenure";
import { load as loadDecider } from "tenure/decide";
import { artifactPath, sampleRecords } from "../../pkg/tests/artifact.js";
import { launch, outputOf } from "./chromium.js";
import { installedApp, readmeExample } from "./pack.js";
import { serve } from "./static.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { build, createServer } = await import(pathToFileURL(require.resolve("vite")).href);

const POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'";
const scorer = await load(artifactPath());
const records = sampleRecords(scorer.schema, 50);

/** A page that loads and scores, and shows errors by code and message. */
const scoring = (source) => `
  import { load } from "tenure";
  const records = ${JSON.stringify(records)};
  const show = (value) => { document.querySelector("output").value = JSON.stringify(value); };
  try {
    const scorer = await load(${source});
    const { probability, tier } = scorer.scoreMany(records);
    const explanation = scorer.explain(records[0]);
    show({ probability: [...probability], tier: [...tier], one: records.map((record) => scorer.score(record)), explanation });
  } catch ({ name, code, message }) {
    show({ name, code, message });
  }
`;
/** The same with a pool of two workers, and with a call that is aborted. */
const pooled = (source) => `
  import { createPool } from "tenure/pool";
  import { TenureError } from "tenure";
  const records = ${JSON.stringify(records)};
  const show = (value) => { document.querySelector("output").value = JSON.stringify(value); };
  try {
    const pool = await createPool(${source}, { size: 2 });
    const one = await Promise.all(records.map((record) => pool.score(record)));
    const explanation = await pool.explain(records[0]);
    const many = Array.from({ length: 400_000 }, (_, row) => records[row % records.length]);
    const aborted = await pool.scoreMany(many, { signal: AbortSignal.timeout(5) }).catch(({ name }) => name);
    const refused = await pool.score({}).catch((error) => error instanceof TenureError && error.code);
    pool.dispose();
    show({ one, explanation, aborted, refused });
  } catch ({ name, code, message }) {
    show({ name, code, message });
  }
`;
/** A page that decides. */
const deciding = `
  import { load } from "tenure/decide";
  const scorer = await load("/model.safetensors");
  const [record] = ${JSON.stringify(records)};
  document.querySelector("output").value = JSON.stringify(scorer.decide(record, { identifier: "1" }));
`;
const page = (script) =>
  `<!doctype html><html lang="en"><title>app</title><output></output><script type="module" src="/${script}"></script></html>`;

let app;
let browser;

before(async () => {
  app = installedApp({
    files: {
      "index.html": page("page.js"),
      "page.js": readmeExample("page.js"),
      "scoring.html": page("scoring.js"),
      "scoring.js": scoring('"/model.safetensors"'),
      "given.html": page("given.js"),
      "given.js": `import wasm from "tenure/wasm/tenure_bg.wasm?url";${scoring('"/model.safetensors", { wasm }')}`,
      "pool.html": page("pool.js"),
      "pool.js": pooled('"/model.safetensors"'),
      "decide.html": page("decide.js"),
      "decide.js": deciding,
      "absent.html": page("absent.js"),
      "absent.js": scoring('"/absent.safetensors"'),
    },
    models: ["public/model.safetensors"],
  });
  browser = await launch();
  const input = ["index", "scoring", "given", "pool", "absent"].map((name) => join(app.folder, `${name}.html`));
  await build({ root: app.folder, logLevel: "error", configFile: false, build: { rolldownOptions: { input } } });
});
after(async () => {
  await browser?.close();
  app?.remove();
});

const built = () => join(app.folder, "dist");
const wasmUnsafeEval = () => ({ "content-security-policy": `${POLICY} 'wasm-unsafe-eval'` });

async function shown(address) {
  const { output, messages } = await outputOf(browser, address);
  return { shown: JSON.parse(output), messages };
}

test("Vite's build has the WebAssembly file once", () => {
  const files = readdirSync(join(built(), "assets"));
  // The module for graphics devices is there if it was built.
  const needed = files.filter((name) => name.endsWith(".wasm") && !name.startsWith("tenure_gpu"));
  assert.equal(needed.length, 1, files.join());
});

test("the built page scores and explains as Node does, under a strict policy, with nothing in the console", async (context) => {
  const server = await serve(built(), wasmUnsafeEval);
  context.after(server.close);
  const { shown: result, messages } = await shown(`${server.origin}/scoring.html`);
  const expected = scorer.scoreMany(records);
  assert.deepEqual(result.one, JSON.parse(JSON.stringify(records.map((record) => scorer.score(record)))));
  assert.deepEqual([result.probability, result.tier], [[...expected.probability], [...expected.tier]]);
  assert.deepEqual(result.explanation, JSON.parse(JSON.stringify(scorer.explain(records[0]))));
  assert.deepEqual(
    messages.filter((message) => !message.includes("favicon") && !message.includes("404")),
    [],
  );
});

test("a page with tenure/decide has its module and no other, and decides as Node does", async (context) => {
  const outDir = "dist-decide";
  const rolldownOptions = { input: [join(app.folder, "decide.html")] };
  await build({ root: app.folder, logLevel: "error", configFile: false, build: { outDir, rolldownOptions } });
  const modules = readdirSync(join(app.folder, outDir, "assets")).filter((name) => name.endsWith(".wasm"));
  const needed = modules.filter((name) => !name.startsWith("tenure_gpu"));
  assert.equal(needed.length, 1);
  assert.match(needed[0], /^tenure_decide_bg/);
  const server = await serve(join(app.folder, outDir), wasmUnsafeEval);
  context.after(server.close);
  const decider = await loadDecider(artifactPath());
  const { shown: decision } = await shown(`${server.origin}/decide.html`);
  assert.deepEqual(decision, JSON.parse(JSON.stringify(decider.decide(records[0], { identifier: "1" }))));
});

function assertPooled(result) {
  assert.deepEqual(
    result.one,
    JSON.parse(JSON.stringify(records.map((record) => scorer.score(record)))),
    result.message,
  );
  assert.deepEqual(result.explanation, JSON.parse(JSON.stringify(scorer.explain(records[0]))));
  assert.deepEqual([result.aborted, result.refused], ["TimeoutError", "record_invalid"]);
}

test("a pool scores and explains in the built page, under the strict policy", async (context) => {
  const server = await serve(built(), wasmUnsafeEval);
  context.after(server.close);
  assertPooled((await shown(`${server.origin}/pool.html`)).shown);
});

test("a policy that allows no workers is named in the error", async (context) => {
  const server = await serve(built(), () => ({
    "content-security-policy": `${POLICY} 'wasm-unsafe-eval'; worker-src 'none'`,
  }));
  context.after(server.close);
  const { shown: error } = await shown(`${server.origin}/pool.html`);
  assert.deepEqual([error.name, error.code], ["TenureError", "worker_unavailable"]);
  assert.match(error.message, /worker-src 'self'/);
});

test("the README's page shows a probability", async (context) => {
  const server = await serve(built(), wasmUnsafeEval);
  context.after(server.close);
  assert.match((await outputOf(browser, server.origin)).output, /^0\.\d{3}$/);
});

test("a policy without 'wasm-unsafe-eval' is named in the error", async (context) => {
  const server = await serve(built(), () => ({ "content-security-policy": POLICY }));
  context.after(server.close);
  const { shown: error } = await shown(`${server.origin}/scoring.html`);
  assert.deepEqual([error.name, error.code], ["TenureError", "wasm_unavailable"]);
  assert.match(error.message, /Add 'wasm-unsafe-eval' to script-src/);
});

test("a server without the media type of .wasm files works", async (context) => {
  const server = await serve(built(), (path) =>
    path.endsWith(".wasm") ? { "content-type": "application/octet-stream" } : {},
  );
  context.after(server.close);
  const { shown: result, messages } = await shown(`${server.origin}/scoring.html`);
  assert.equal(result.one.length, records.length);
  assert.ok(!messages.some((message) => /mime/i.test(message)), messages.join());
});

test("the error of an absent artifact has its address and status", async (context) => {
  const server = await serve(built());
  context.after(server.close);
  const { shown: error } = await shown(`${server.origin}/absent.html`);
  assert.deepEqual(
    [error.code, error.message],
    ["fetch_failed", "cannot read /absent.safetensors: HTTP 404 Not Found"],
  );
});

test("Vite's development server finds the WebAssembly file, pre-bundled, excluded or with the address given", async () => {
  const settings = [
    ["scoring.html", {}],
    ["scoring.html", { exclude: ["tenure"] }],
    ["given.html", {}],
    ["pool.html", {}],
    ["pool.html", { exclude: ["tenure"] }],
  ];
  for (const [index, [name, optimizeDeps]] of settings.entries()) {
    const server = await createServer({
      root: app.folder,
      cacheDir: join(app.folder, `.vite-${index}`),
      logLevel: "error",
      configFile: false,
      optimizeDeps,
      server: { host: "127.0.0.1", port: 0 },
    });
    try {
      await server.listen();
      const { shown: result } = await shown(`${server.resolvedUrls.local[0]}${name}`);
      assert.equal(result.one?.length, records.length, result.message);
      if (name === "pool.html") assertPooled(result);
    } finally {
      await server.close();
    }
  }
});

test("no bundler: an import map is enough", async (context) => {
  const plain = page("plain.js").replace(
    "<title>",
    '<script type="importmap">{"imports":{"tenure":"/node_modules/tenure/dist/index.js","tenure/pool":"/node_modules/tenure/dist/pool.js"}}</script><title>',
  );
  const direct = installedApp({
    files: {
      "index.html": plain,
      "plain.js": scoring('new URL("model.safetensors", location.href)'),
      "pool.html": plain.replace("plain.js", "pool.js"),
      "pool.js": pooled('"/model.safetensors"'),
    },
  });
  context.after(direct.remove);
  const server = await serve(direct.folder);
  context.after(server.close);
  assert.equal((await shown(server.origin)).shown.one?.length, records.length);
  assertPooled((await shown(`${server.origin}/pool.html`)).shown);
});
