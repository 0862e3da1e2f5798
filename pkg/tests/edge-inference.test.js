/** The Open Inference Protocol, by the examples of its specification. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { openInference } from "tenure/edge/inference";
import { artifactPath, sampleRecords } from "./artifact.js";
import { call } from "./edge.js";

const scorer = await load(artifactPath());
const { schema, policy, card } = scorer;
const handler = createHandler({ scorer, routes: openInference() });
const version = (await scorer.model()).sha256.slice(0, 12);
const model = `/v2/models/${encodeURIComponent(card.name)}`;
const records = sampleRecords(schema, 5);
const isNumber = ({ kind }) => kind === "number" || kind === "date";
const inputs = schema.fields.map((field) => ({
  name: field.name,
  datatype: isNumber(field) ? "FP64" : "BYTES",
  shape: [5],
  data: records.map((record) => record[field.name]),
}));

test("server, health and model", async () => {
  assert.deepEqual((await call(handler, "/v2")).json, { name: "tenure", version: "1", extensions: [] });
  assert.deepEqual((await call(handler, "/v2/health/live")).json, { live: true });
  assert.deepEqual((await call(handler, "/v2/health/ready")).json, { ready: true });
  for (const path of [model, `${model}/versions/${version}`]) {
    assert.deepEqual((await call(handler, `${path}/ready`)).json, { ready: true });
    const { json } = await call(handler, path);
    assert.deepEqual([json.name, json.versions, json.platform], [card.name, [version], "tenure"]);
    assert.deepEqual(
      json.inputs,
      inputs.map(({ name, datatype }) => ({ name, datatype, shape: [-1] })),
    );
  }
  const { status, json } = await call(handler, "/v2/models/other/ready");
  assert.deepEqual([status, json.code, json.error], [404, "model_unknown", json.detail]);
  assert.equal((await call(handler, `${model}/versions/7/ready`)).status, 404);
});

test("inference gives the scores of the same records", async () => {
  const { status, json } = await call(handler, `${model}/infer`, { body: { id: "42", inputs } });
  assert.equal(status, 200);
  assert.deepEqual([json.model_name, json.model_version, json.id], [card.name, version, "42"]);
  const { probability, logit, tier } = scorer.scoreMany(records);
  const names = Array.from(tier, (position) => policy.tiers[position].name);
  assert.deepEqual(json.outputs, [
    { name: "probability", datatype: "FP32", shape: [5], data: [...probability] },
    { name: "logit", datatype: "FP32", shape: [5], data: [...logit] },
    { name: "tier", datatype: "BYTES", shape: [5], data: names },
  ]);
  const columns = inputs.map((input) => ({ ...input, shape: [5, 1], data: input.data.map((value) => [value]) }));
  const one = await call(handler, `${model}/infer`, { body: { inputs: columns, outputs: [{ name: "logit" }] } });
  assert.deepEqual(one.json.outputs, [json.outputs[1]]);
});

test("a parameter asks for contributions", async () => {
  const { json } = await call(handler, `${model}/infer`, { body: { inputs, parameters: { explain: true } } });
  const [base, contributions, exact] = json.outputs.slice(3);
  assert.deepEqual([base.shape, contributions.shape, exact.datatype], [[5], [5, schema.fields.length], "BOOL"]);
  const [, logit] = json.outputs;
  for (let row = 0; row < 5; row++) {
    const own = contributions.data.slice(row * schema.fields.length, (row + 1) * schema.fields.length);
    const sum = own.reduce((total, value) => total + value, base.data[row]);
    assert.ok(Math.abs(sum - logit.data[row]) < 1e-4, `${sum} ${logit.data[row]}`);
  }
});

test("requests that do not fit are refused, with the text in `error`", async () => {
  const [first, ...rest] = inputs;
  const number = inputs.find(({ datatype }) => datatype === "FP64");
  const changed = inputs.map((input) => (input === number ? { ...input, data: [1, -1, 2, 3, "x"] } : input));
  for (const [body, status, code, message] of [
    [{ inputs: changed }, 422, "record_invalid", /2 of 5 rows have errors/],
    [{ inputs: rest }, 422, "record_invalid", /5 of 5 rows/],
    [{}, 400, "argument_invalid", /inputs must be a list/],
    [[], 400, "body_invalid", /must be an object/],
    [{ inputs: [first, ...inputs] }, 400, "argument_invalid", /different names/],
    [{ inputs: [{ ...first, shape: [5, 2] }, ...rest] }, 400, "argument_invalid", /must have the shape/],
    [{ inputs: [{ ...first, shape: [4] }, ...rest] }, 400, "argument_invalid", /as many data as its shape/],
    [{ inputs: [{ ...first, shape: [1], data: [1] }, ...rest] }, 400, "argument_invalid", /as many rows as/],
    [
      { inputs: [{ ...first, data: undefined, parameters: { binary_data_size: 3 } }] },
      400,
      "argument_invalid",
      /as JSON/,
    ],
    [{ inputs: [...inputs, { ...first, name: "other" }] }, 400, "argument_invalid", /must be a field of the model/],
    [{ inputs, outputs: [{ name: "other" }] }, 400, "argument_invalid", /must be among probability, logit, tier/],
  ]) {
    const { json, ...answer } = await call(handler, `${model}/infer`, { body });
    assert.deepEqual([answer.status, json.code], [status, code], String(message));
    assert.match(json.error, message);
  }
  // Triton's client sends no type.
  const untyped = await handler(
    new Request(`https://edge.example${model}/infer`, {
      method: "POST",
      body: new TextEncoder().encode(JSON.stringify({ inputs })),
    }),
  );
  assert.equal(untyped.status, 200);
  const binary = { "inference-header-content-length": "10", "content-type": "application/octet-stream" };
  assert.equal((await call(handler, `${model}/infer`, { body: "{}", headers: binary })).status, 415);
  const narrow = createHandler({ scorer, routes: openInference(), limits: { records: 4 } });
  assert.equal((await call(narrow, `${model}/infer`, { body: { inputs } })).status, 413);
});
