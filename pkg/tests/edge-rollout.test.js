/** Several models: aliases, canaries, shadows, swaps, and files that cannot be read. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { createRollout } from "tenure/edge/rollout";
import { records, model as small } from "tenure/testing";
import { artifactPath, sampleRecords } from "./artifact.js";
import { call } from "./edge.js";

const bytes = readFileSync(artifactPath());
const [first, second] = await Promise.all([load(bytes), load(small)]);
const [record] = records;
const expected = { 7: first.score(record).probability, 8: second.score(record).probability };
assert.notEqual(expected[7], expected[8]);

const v7 = { name: "churn", version: "7", source: bytes };
const v8 = { name: "churn", version: "8", source: small };

function served(options, more = {}) {
  const events = [];
  const onEvent = (event) => events.push(event);
  const models = createRollout({ models: [v7, v8], ...options });
  const handler = createHandler({ models, identify: true, onEvent, ...more });
  const score = async (query = "", headers = {}, body = record) =>
    (await call(handler, `/v1/score${query}`, { body, headers })).json;
  return { models, handler, score, events };
}

test("a model is chosen by name, version or alias; the champion is the default", async () => {
  const { score, handler } = served({ aliases: { champion: "churn@8", old: "churn@7" } });
  for (const [query, version] of [
    ["", "8"],
    ["?model=churn", "8"],
    ["?model=churn@7", "7"],
    ["?model=old", "7"],
    ["?model=champion", "8"],
  ]) {
    const { model, probability } = await score(query);
    assert.deepEqual([model.name, model.version, probability], ["churn", version, expected[version]], query);
  }
  const { status, json } = await call(handler, "/v1/score?model=churn@9", { body: record });
  assert.deepEqual([status, json.code], [404, "model_unknown"]);
  assert.match(json.detail, /champion, old, churn@7, churn@8/);
  const metrics = (await call(handler, "/metrics")).text;
  assert.match(metrics, /tenure_model_info\{name="churn",version="8",sha256="[0-9a-f]{64}",aliases="champion"\} 1/);
});

test("a canary has its share of keys; a key keeps its model while the share grows", async () => {
  const { score, models } = served({ aliases: { challenger: "churn@8" } });
  const keys = Array.from({ length: 400 }, (_, key) => `customer ${key}`);
  const chosen = async (percent) => {
    models.setCanary({ model: "challenger", percent });
    const versions = await Promise.all(keys.map((key) => score("", { "tenure-key": key })));
    return keys.filter((_, index) => versions[index].model.version === "8");
  };
  assert.deepEqual([(await chosen(0)).length, (await chosen(100)).length], [0, 400]);
  const [ten, thirty] = [await chosen(10), await chosen(30)];
  // The standard deviations are 6 and 9.2 keys.
  assert.ok(Math.abs(ten.length - 40) < 30 && Math.abs(thirty.length - 120) < 45, `${ten.length} ${thirty.length}`);
  assert.ok(ten.every((key) => thirty.includes(key)));
  assert.deepEqual(await chosen(10), ten);
  // Who names a model gets it, and without a key the record decides.
  assert.equal((await score("?model=churn@7", { "tenure-key": ten[0] })).model.version, "7");
  const alone = await Promise.all(sampleRecords(first.schema, 200).map((each) => score("", {}, each)));
  const share = alone.filter(({ model }) => model.version === "8").length;
  assert.ok(share > 5 && share < 50, String(share));
});

test("a shadow scores the same records, and only the difference is recorded", async () => {
  const { score, events, handler } = served({ shadow: { model: "churn@8", percent: 100 } });
  const body = { records: [...sampleRecords(first.schema, 50), {}] };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
  // The first request only loads the shadow.
  await score("", {}, body);
  await settled();
  const { model, scores } = await score("", {}, body);
  await settled();
  assert.equal(model.version, "7");
  const shadow = events.find(({ kind }) => kind === "shadow");
  const differences = body.records
    .slice(0, 50)
    .map((each, row) => second.score(each).probability - scores[row].probability);
  const mean = differences.reduce((sum, each) => sum + each, 0) / 50;
  assert.deepEqual([shadow.rows, shadow.failed, shadow.model.version, shadow.shadow.version], [50, 0, "7", "8"]);
  assert.ok(Math.abs(shadow.meanDifference - mean) < 1e-6);
  assert.ok(Math.abs(shadow.largestDifference - Math.max(...differences.map(Math.abs))) < 1e-6);
  const changes = body.records.slice(0, 50).filter((each) => second.score(each).tier !== first.score(each).tier);
  assert.equal(shadow.tierChanges, changes.length);
  assert.match((await call(handler, "/metrics")).text, /tenure_shadow_rows_total\{model="churn",version="8"\} 50/);
});

test("models swap under load without a failed request, and the old one ends after its last answer", async () => {
  const { models, handler, events } = served({ aliases: { champion: "churn@7" } });
  let isOver = false;
  const versions = new Set();
  const client = async () => {
    while (!isOver) {
      const { status, json } = await call(handler, "/v1/score", { body: record });
      assert.equal(status, 200);
      assert.equal(json.probability, expected[json.model.version.slice(0, 1)]);
      versions.add(json.model.version);
      // Otherwise no timer has its turn.
      await new Promise(setImmediate);
    }
  };
  const clients = Array.from({ length: 8 }, client);
  for (let swap = 0; swap < 30; swap++) {
    const version = swap % 2 === 0 ? `8.${swap}` : `7.${swap}`;
    await models.put({ name: "churn", version, source: swap % 2 === 0 ? small : bytes });
    const old = models.list().find(({ aliases }) => aliases.includes("champion"));
    await models.point("champion", `churn@${version}`);
    if (old && /\./.test(old.version)) models.remove(`churn@${old.version}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  isOver = true;
  await Promise.all(clients);
  assert.ok(versions.size > 10, String(versions.size));
  assert.equal(events.filter(({ kind, change }) => kind === "model" && change === "removed").length, 29);
  assert.equal(models.list().length, 2);
});

test("a new file of the same version replaces the old one, while a stream ends with the model it began with", async () => {
  const { models, handler } = served({ models: [v7] });
  const line = `${JSON.stringify(record)}\n`;
  let more;
  const body = new ReadableStream({
    start(controller) {
      more = (text) => (text === undefined ? controller.close() : controller.enqueue(new TextEncoder().encode(text)));
    },
  });
  const request = new Request("https://edge.example/v1/score", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body,
    duplex: "half",
  });
  more(line);
  const reader = (await handler(request)).body.pipeThrough(new TextDecoderStream()).getReader();
  assert.equal(JSON.parse((await reader.read()).value).probability, expected[7]);
  await models.put({ name: "churn", version: "7", source: small });
  assert.equal((await call(handler, "/v1/score", { body: record })).json.probability, expected[8]);
  more(line);
  more();
  assert.equal(JSON.parse((await reader.read()).value).probability, expected[7]);
  assert.match((await reader.read()).value, /findings/);
});

test("a file that fails its check leaves the old model serving", async () => {
  const { models, score, events, handler } = served({ models: [v7] });
  await score();
  const damaged = new Uint8Array(bytes);
  damaged[damaged.length - 5] ^= 0xff;
  const integrity = `sha256-${createHash("sha256").update(bytes).digest("base64")}`;
  for (const [source, code, more] of [
    [new Uint8Array(100), /^artifact_/],
    [damaged, /^integrity_mismatch$/, { integrity }],
    [() => null, /^fetch_failed$/],
    [() => Promise.reject(new Error("the store is down")), undefined],
  ]) {
    await assert.rejects(models.put({ name: "churn", version: "7", source, ...more }), (error) => {
      if (code !== undefined) assert.match(error.code, code);
      return true;
    });
    assert.equal((await score()).probability, expected[7]);
  }
  const refused = events.filter(({ change }) => change === "refused");
  assert.equal(refused.length, 4);
  assert.match(String(refused[3].cause), /the store is down/);
  assert.match((await call(handler, "/metrics")).text, /tenure_model_changes_total\{change="refused"\} 4/);
});

test("a store that hangs ends in a timeout, and is asked again", async () => {
  let asked = 0;
  const stored = () => {
    asked += 1;
    return asked === 1 ? new Promise(() => undefined) : bytes;
  };
  const hangs = { name: "churn", version: "9", source: stored };
  const { score, models, handler } = served({ models: [hangs], seconds: 0.05 });
  const [one, other] = await Promise.all([1, 2].map(() => call(handler, "/v1/score", { body: record })));
  assert.deepEqual([one.status, one.json.code, other.status], [503, "unavailable", 503]);
  assert.equal((await score()).probability, expected[7]);
  assert.equal(asked, 2);
  await assert.rejects(models.put({ name: "churn", version: "10", source: () => new Promise(() => undefined) }));
  assert.equal((await score()).probability, expected[7]);
});

test("a model comes from a store that returns bytes, a body, or a Response", async () => {
  const body = { arrayBuffer: async () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) };
  for (const source of [() => new Uint8Array(bytes), async () => body, () => new Response(bytes)]) {
    const { score } = served({ models: [{ ...v7, source }] });
    assert.equal((await score()).probability, expected[7]);
  }
});

test("a model that is named cannot be removed, and options that do not fit are refused", async () => {
  const { models } = served({ aliases: { challenger: "churn@8" }, canary: { model: "challenger", percent: 5 } });
  assert.throws(() => models.remove("churn@7"), { code: "argument_invalid" });
  assert.throws(() => models.remove("churn@8"), { code: "argument_invalid" });
  await assert.rejects(models.point("champion", "churn@9"), { code: "argument_invalid" });
  for (const options of [
    {},
    { models: [] },
    { models: [v7, v7] },
    { models: [{ ...v7, version: "" }] },
    { models: [{ name: "a", version: "1" }] },
    { models: [v7], aliases: { champion: "other@1" } },
    { models: [v7], canary: { model: "churn@7", percent: 101 } },
    { models: [v7], shadow: { model: "churn@8", percent: 1 } },
    { models: [v7], seconds: 0 },
    { models: [v7], second: 1 },
  ]) {
    assert.throws(() => createRollout(options), { code: "argument_invalid" }, JSON.stringify(Object.keys(options)));
  }
});
