/** The options `publicKey` and `signature`: signatures of the command, and of keys made here. */

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { createRollout } from "tenure/edge/rollout";
import { load as inline } from "tenure/inline";
import { createPool } from "tenure/pool";
import { model, records } from "tenure/testing";
import { artifactPath } from "./artifact.js";
import { readmeApp } from "./readme.js";

const of = (name) => new URL(`../../tests/${name}`, import.meta.url);
const hex = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A pair of keys: the line of the public one, and what it signs. */
function pair() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url");
  const signed = (bytes, change = {}) => {
    const sha256 = hex(bytes);
    const signature = sign(null, Buffer.from(`tenure artifact signature 1\n${sha256}\n`), privateKey).toString(
      "base64",
    );
    const document = { version: 1, algorithm: "ed25519", key: hex(raw).slice(0, 16), sha256, signature, ...change };
    return Buffer.from(JSON.stringify(document));
  };
  return { publicKey: `tenure-ed25519-public:${raw.toString("base64")}\n`, signed };
}

const mine = pair();
const another = pair();

const invalid = (message) => (error) => {
  assert.deepEqual([error.name, error.code], ["TenureError", "signature_invalid"], error.message);
  assert.deepEqual([error.problems[0].field, error.problems[0].rule], ["signature", "signature"]);
  assert.match(error.message, message);
  return true;
};

test("what the command signed is loaded, from wherever the signature comes", async () => {
  const publicKey = readFileSync(of("vectors/signature/public.key"), "utf8");
  const file = readFileSync(of("vectors/signature/v1.safetensors.sig"));
  for (const signature of [of("vectors/signature/v1.safetensors.sig"), file, new Response(file)]) {
    (await load(model, { publicKey, signature })).dispose();
  }
  await assert.rejects(load(model, { publicKey: mine.publicKey, signature: file }), invalid(/must be of key/));
});

test("a model, a pool and every entry take both options", async () => {
  const options = { publicKey: mine.publicKey, signature: mine.signed(model) };
  (await load(model, options)).dispose();
  (await inline(model, options)).dispose();
  (await createPool(model, { size: 1, ...options })).dispose();
  const sha256 = `sha256-${createHash("sha256").update(model).digest("base64")}`;
  (await load(model, { ...options, integrity: sha256 })).dispose();
});

test("a model that the key did not sign is refused", async () => {
  const changed = new Uint8Array(model);
  changed[changed.length - 1] ^= 1;
  const { publicKey } = mine;
  for (const [bytes, signature, message] of [
    [changed, mine.signed(model), /is of a model with SHA-256/],
    [changed, mine.signed(model, { sha256: hex(changed) }), /was not made by key/],
    [model, another.signed(model), /must be of key [0-9a-f]{16}, .* and key [0-9a-f]{16} made it/],
    [model, another.signed(model, { key: JSON.parse(mine.signed(model)).key }), /was not made by key/],
    [model, mine.signed(model, { signature: "AAAA" }), /was not made by key/],
    [model, mine.signed(model, { signature: "?" }), /was not made by key/],
    [model, mine.signed(model, { signature: 1 }), /must be the file that `tenure sign` writes/],
    [model, mine.signed(model, { version: 2 }), /must have version 1/],
    [model, mine.signed(model, { algorithm: "none" }), /algorithm ed25519/],
    [model, Buffer.from("<!doctype html>"), /must be the file/],
    [model, Buffer.from("null"), /must be the file/],
    [model, Buffer.from([0xff]), /must be the file/],
  ]) {
    await assert.rejects(load(bytes, { publicKey, signature }), invalid(message));
    await assert.rejects(createPool(bytes, { size: 1, publicKey, signature }), invalid(message));
  }
});

test("one option without the other, and what is no key, are refused", async () => {
  const signature = mine.signed(model);
  for (const options of [{ publicKey: mine.publicKey }, { signature }]) {
    await assert.rejects(load(model, options), { code: "argument_invalid", message: /must be given together/ });
  }
  for (const publicKey of ["", "tenure-ed25519-public:AAAA", "tenure-ed25519-private:AAAA", 3, null, {}]) {
    await assert.rejects(load(model, { publicKey, signature }), {
      code: "argument_invalid",
      message: /publicKey must be the text of a public key/,
    });
  }
  await assert.rejects(load(model, { publicKey: mine.publicKey, signature: 3 }), {
    code: "argument_invalid",
    message: /a signature must be an address, a Response or bytes, not a number/,
  });
  await assert.rejects(load(model, { publicKey: mine.publicKey, signature: "no/such.sig" }), { code: "fetch_failed" });
});

test("where there is no Ed25519, nothing is loaded", async () => {
  const { subtle } = globalThis.crypto;
  const options = { publicKey: mine.publicKey, signature: mine.signed(model) };
  const without = { digest: (...parameters) => subtle.digest(...parameters), importKey: () => Promise.reject(Error()) };
  const { crypto } = globalThis;
  for (const value of [{ subtle: without }, {}]) {
    Object.defineProperty(globalThis, "crypto", { value, configurable: true });
    try {
      await assert.rejects(load(model, options), { name: "TenureError", code: "crypto_unavailable" });
    } finally {
      Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
    }
  }
});

test("a rollout refuses a model that is not signed, and the old one serves on", async () => {
  const { publicKey } = mine;
  const signed = (signature) => ({ name: "churn", version: "1", source: () => model, publicKey, signature });
  const models = createRollout({ models: [signed(() => mine.signed(model))] });
  const handler = createHandler({ models });
  const score = async () => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(records[0]);
    return (await handler(new Request("https://edge.example/v1/score", { method: "POST", headers, body }))).status;
  };
  assert.equal(await score(), 200);
  await assert.rejects(models.put(signed(another.signed(model))), { code: "signature_invalid" });
  await assert.rejects(models.put(signed(() => null)), { code: "fetch_failed", message: /the signature of churn@1/ });
  assert.equal(await score(), 200);
});

test("the README's example loads the model that is signed", () => {
  const signature = mine.signed(readFileSync(artifactPath()));
  const app = readmeApp({ "public.key": mine.publicKey, "model.safetensors.sig": signature });
  assert.match(app.run("signed.js"), /\S/);
});
