/** Sources of an artifact, and their errors. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load } from "tenure";
import { createPool } from "tenure/pool";
import { artifactPath, sampleRecord } from "./artifact.js";

const path = artifactPath();
const bytes = readFileSync(path);
let server;
let origin;

before(async () => {
  server = createServer((request, response) => {
    if (request.url === "/model.safetensors") response.end(bytes);
    else if (request.url === "/cut") {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 1000), () => response.destroy());
    } else response.writeHead(404).end("nothing here");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

test("addresses, paths, responses and bytes load the same model", async () => {
  const sources = {
    path,
    "relative path": relative(process.cwd(), path),
    "file: URL": pathToFileURL(path),
    "file: text": pathToFileURL(path).href,
    "http text": `${origin}/model.safetensors`,
    "http URL": new URL("/model.safetensors", origin),
    Response: await fetch(`${origin}/model.safetensors`),
    "made Response": new Response(bytes),
    Buffer: bytes,
    Uint8Array: new Uint8Array(bytes),
    ArrayBuffer: new Uint8Array(bytes).buffer,
  };
  let expected;
  for (const [name, source] of Object.entries(sources)) {
    const scorer = await load(source);
    const score = scorer.score(sampleRecord(scorer.schema));
    expected ??= score;
    assert.deepEqual(score, expected, name);
    scorer.dispose();
  }
});

test("a scorer has the artifact's schema, card and policy", async () => {
  const { schema, card, policy } = await load(path);
  assert.ok(schema.fields.length > 0 && policy.tiers.length > 0 && card.metrics.roc_auc > 0.5);
});

test("a failed fetch names the address and the reason", async () => {
  await assert.rejects(load(`${origin}/absent`), (error) => {
    assert.deepEqual([error.name, error.code, error.problems[0].value], ["TenureError", "fetch_failed", "404"]);
    assert.ok(error.message.includes(`${origin}/absent`) && error.message.includes("HTTP 404"));
    return true;
  });
  await assert.rejects(load(await fetch(`${origin}/absent`)), { code: "fetch_failed" });
  await assert.rejects(load(`${origin}/cut`), { code: "fetch_failed" });
  await assert.rejects(load("http://127.0.0.1:1/model"), { code: "fetch_failed" });
  await assert.rejects(load("no/such/file.safetensors"), { code: "fetch_failed", message: /no\/such\/file.*ENOENT/s });
});

test("a file of another kind is named", async () => {
  for (const [text, what] of [
    ["<!doctype html><html></html>", /a web page/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:0", /Git LFS/],
    ['{"error":"not found"}', /JSON/],
  ]) {
    await assert.rejects(load(new Response(text)), { code: "artifact_other_file", message: what });
  }
});

test("an option that does not exist is refused with the name that was meant", async () => {
  const refused = { code: "argument_invalid", message: /refrence is not an option; did you mean reference\?/ };
  await assert.rejects(load(path, { refrence: "2030-01-01" }), refused);
  await assert.rejects(load(path, { color: 1 }), {
    message: /the options are wasm, device, gpu, reference, locale, integrity/,
  });
  await assert.rejects(createPool(path, { sise: 2 }), { message: /did you mean size\?/ });
});

test("the module can be a path or a file: URL", () => {
  const wasm = import.meta.resolve("tenure/wasm/tenure_bg.wasm");
  // The module starts once in a realm, so each address needs a process of its own.
  for (const address of [
    JSON.stringify(fileURLToPath(wasm)),
    JSON.stringify(wasm),
    `new URL(${JSON.stringify(wasm)})`,
  ]) {
    const program = `import { load } from "tenure"; (await load(${JSON.stringify(path)}, { wasm: ${address} })).dispose();`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: new URL(".", import.meta.url),
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  }
});

test("the core refuses a file that is not an artifact, with a reason", async () => {
  const damaged = new Uint8Array(bytes);
  damaged.fill(0xff, 0, 8);
  for (const source of [new Uint8Array(0), new Uint8Array(100), damaged, bytes.subarray(0, bytes.length - 1)]) {
    await assert.rejects(load(source), (error) => {
      assert.equal(error.name, "TenureError");
      assert.match(error.code, /^artifact_/);
      assert.ok(error.message.length > 10);
      return true;
    });
  }
});

test("a source of another type is refused", async () => {
  for (const source of [null, undefined, 3, {}, [1, 2]])
    await assert.rejects(load(source), { code: "argument_invalid" });
});
