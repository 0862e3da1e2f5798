/** The option `integrity`, and the identity of a model. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { load as inline } from "tenure/inline";
import { createPool } from "tenure/pool";
import { artifactPath, sampleRecord } from "./artifact.js";
import { readmeApp } from "./readme.js";

const path = artifactPath();
const bytes = readFileSync(path);
const hash = (algorithm, of = bytes) => `${algorithm}-${createHash(algorithm).update(of).digest("base64")}`;
const [sha256, sha384, sha512] = ["sha256", "sha384", "sha512"].map((algorithm) => hash(algorithm));
const other = (algorithm) => hash(algorithm, "another file");
const hex = createHash("sha256").update(bytes).digest("hex");

test("a model with the hash is loaded, of every algorithm and spelling", async () => {
  const urlSafe = sha512.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  for (const integrity of [
    sha256,
    sha384,
    sha512,
    urlSafe,
    ` ${sha256}?ct=application/octet-stream `,
    `${other("sha256")}\n${sha256}`,
    `${other("sha256")} ${other("sha384")} ${sha384}`,
  ]) {
    for (const source of [path, bytes, new Response(bytes)]) (await load(source, { integrity })).dispose();
  }
  (await inline(bytes, { integrity: sha256 })).dispose();
  (await createPool(path, { size: 1, integrity: sha384 })).dispose();
});

test("another model is refused with both hashes", async () => {
  for (const [integrity, actual, expected] of [
    [other("sha256"), sha256, other("sha256")],
    [`${sha256} ${other("sha512")}`, sha512, other("sha512")],
    [`${other("sha384")} ${hash("sha384", "a third")}`, sha384, `${other("sha384")} or ${hash("sha384", "a third")}`],
  ]) {
    for (const loading of [() => load(path, { integrity }), () => createPool(path, { integrity })]) {
      await assert.rejects(loading, (error) => {
        assert.deepEqual(
          [error.name, error.code, error.problems[0].value],
          ["TenureError", "integrity_mismatch", actual],
        );
        assert.ok(error.message.includes(`must be ${expected}`) && error.message.includes(`it is ${actual}`));
        assert.match(error.message, /Load it from where it was published/);
        return true;
      });
    }
  }
});

test("what is no hash is refused", async () => {
  for (const integrity of [
    "",
    "  ",
    "md5-abc",
    hex,
    `sha256-${hex} what`,
    "sha256-",
    "sha256-=",
    3,
    null,
    {},
    [sha256],
  ]) {
    await assert.rejects(load(path, { integrity }), {
      name: "TenureError",
      code: "argument_invalid",
      message: /integrity must have hashes/,
    });
  }
});

test("a scorer, a pool and a handler name the model", async () => {
  // The caller's bytes can change after they were loaded.
  const own = new Uint8Array(bytes);
  const [scorer, pool] = await Promise.all([load(own), createPool(path, { size: 1 })]);
  own.fill(0);
  const { name, code_version: version } = scorer.card;
  const model = { name, version, sha256: hex };
  assert.deepEqual(await Promise.all([scorer.model(), scorer.model(), pool.model()]), [model, model, model]);
  assert.deepEqual(await scorer.model(), model);
  const post = async (path_, body, options) => {
    const request = new Request(`https://edge.example${path_}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await createHandler({ scorer, ...options })(request)).json();
  };
  const record = sampleRecord(scorer.schema);
  for (const [route, body] of [
    ["/v1/score", record],
    ["/v1/score", { records: [record] }],
    ["/v1/explain", record],
  ]) {
    const plain = await post(route, body);
    const served = { name, version: hex.slice(0, 12), sha256: hex };
    assert.deepEqual(await post(route, body, { identify: true }), { ...plain, model: served });
    assert.ok(!("model" in plain));
  }
  pool.dispose();
  scorer.dispose();
  await assert.rejects(scorer.model(), { code: "disposed" });
});

test("without crypto.subtle, as on a page without https, the error says what is missing", async () => {
  const { crypto } = globalThis;
  const scorer = await load(path);
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    const missing = { name: "TenureError", code: "crypto_unavailable", message: /only on https and on localhost/ };
    await assert.rejects(load(path, { integrity: sha256 }), missing);
    await assert.rejects(scorer.model(), missing);
    (await load(path)).dispose();
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  }
});

test("the README's example loads the model with its hash", () => {
  const app = readmeApp({ "model.integrity": `${sha256}\n` });
  assert.equal(app.run("integrity.js"), `${hex}\n`);
});
