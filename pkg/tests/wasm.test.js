/**
 * Starting the WebAssembly module. It starts once in a realm, so these tests have their own
 * process.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { load } from "tenure";
import { artifactPath, sampleRecord } from "./artifact.js";

const wasm = readFileSync(new URL("../wasm/tenure_bg.wasm", import.meta.url));
const path = artifactPath();

test("a module that cannot be used is named, and the next load tries again", async () => {
  await assert.rejects(load(path, { wasm: new Uint8Array(8) }), {
    code: "wasm_unavailable",
    message: /cannot be used/,
  });
  await assert.rejects(load(path, { wasm: "http://127.0.0.1:1/tenure_bg.wasm" }), {
    code: "wasm_unavailable",
    message: /127\.0\.0\.1:1/,
  });
  await assert.rejects(load(path, { wasm: new Response("gone", { status: 410 }) }), { code: "wasm_unavailable" });
  // Servers of bundlers that moved the file.
  const html = new Response("<!doctype html>", { headers: { "content-type": "text/html; charset=utf-8" } });
  await assert.rejects(load(path, { wasm: html }), { code: "wasm_unavailable", message: /is HTML.*tenure\/inline/ });
  await assert.rejects(load(path, { wasm: new Response("", { status: 404 }) }), { code: "wasm_unavailable" });
  // The package's other module, and one that is not Tenure's.
  const other = readFileSync(new URL("../wasm/tenure_decide_bg.wasm", import.meta.url));
  await assert.rejects(load(path, { wasm: other }), {
    code: "wasm_unavailable",
    message: /not the module of this entry: pass tenure\/wasm\/tenure_bg\.wasm/,
  });
  await assert.rejects(load(path, { wasm: Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0) }), { code: "wasm_unavailable" });
});

test("a server with the wrong media type is no obstacle; later loads share the module", async (context) => {
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "application/octet-stream" }).end(wasm),
  );
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  context.after(() => server.close());
  const warnings = context.mock.method(console, "warn", () => {});
  const [first, second] = await Promise.all([
    load(path, { wasm: `http://127.0.0.1:${server.address().port}/tenure_bg.wasm` }),
    load(path),
  ]);
  const third = await load(path, { wasm: await WebAssembly.compile(wasm) });
  const record = sampleRecord(first.schema);
  assert.deepEqual(second.score(record), first.score(record));
  assert.deepEqual(third.score(record), first.score(record));
  assert.equal(warnings.mock.callCount(), 0);
});
