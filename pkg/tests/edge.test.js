/** The HTTP handler: all paths and all statuses. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { artifactPath, fieldOf, sampleRecord, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const record = sampleRecord(schema);
const number = fieldOf(schema, "number", ({ minimum }) => minimum !== undefined);
const handler = createHandler({ scorer, maximumBytes: 20_000, maximumRecords: 3 });

async function call(
  path,
  { method = "POST", body, headers = { "content-type": "application/json" }, by = handler } = {},
) {
  const request = new Request(
    `https://edge.example${path}`,
    method === "GET"
      ? { method }
      : { method, headers, body: typeof body === "string" ? body : JSON.stringify(body), duplex: "half" },
  );
  const response = await by(request);
  assert.equal(response.headers.get("content-type"), "application/json");
  return { status: response.status, json: await response.json(), headers: response.headers };
}

test("a record is scored and explained", async () => {
  assert.deepEqual(await call("/score", { body: record }).then(({ status, json }) => ({ status, json })), {
    status: 200,
    json: JSON.parse(JSON.stringify(scorer.score(record))),
  });
  const { status, json } = await call("/explain", { body: record });
  assert.deepEqual([status, json], [200, JSON.parse(JSON.stringify(scorer.explain(record)))]);
});

test("an explanation takes options, and refuses all that is wrong with them at once", async () => {
  const options = { budget: 2000, tolerance: 0.01, seed: 3, interactions: false };
  const { status, json } = await call("/explain", { body: { record, options } });
  assert.deepEqual([status, json], [200, JSON.parse(JSON.stringify(scorer.explain(record, options)))]);
  assert.notDeepEqual(json.evaluations, scorer.explain(record).evaluations);
  assert.deepEqual(
    (await call("/explain", { body: { record } })).json,
    JSON.parse(JSON.stringify(scorer.explain(record))),
  );

  const bad = { budget: 1e9, tolerance: -1, seed: "one", depth: 2 };
  const refused = await call("/explain", { body: { record, options: bad, more: 1 } });
  assert.deepEqual([refused.status, refused.json.error.code], [400, "argument_invalid"]);
  assert.deepEqual(
    refused.json.error.problems.map(({ field }) => field),
    ["more", "tolerance", "seed", "depth", "budget"],
  );
  const by = createHandler({ scorer, maximumBudget: 1000 });
  assert.match(
    (await call("/explain", { body: { record, options }, by })).json.error.message,
    /budget must be at most 1000/,
  );
  assert.equal((await call("/explain", { body: { record, options: [] } })).status, 400);
});

test("records are scored in order, bad ones with their error", async () => {
  const { status, json } = await call("/score", { body: { records: [record, {}, "text"] } });
  assert.equal(status, 200);
  assert.equal(json.scores[0].probability, scorer.score(record).probability);
  assert.deepEqual(
    [json.scores[1].error.code, json.scores[1].error.problems.length],
    ["record_invalid", schema.fields.length],
  );
  assert.equal(json.scores[2].error.code, "argument_invalid");
});

test("many records have the summary of scoreMany", async () => {
  const records = [...sampleRecords(schema, 30), ...Array.from({ length: 10 }, () => null)];
  const field = schema.fields.find(({ kind }) => kind === "category").name;
  records.forEach((record, row) => record && row < 20 && Object.assign(record, { [field]: "Gold" }));
  const { json } = await call("/score", { body: { records }, by: createHandler({ scorer }) });
  const { scores, summary, shifts } = json;
  const expected = scorer.scoreMany(records);
  assert.deepEqual([scores.length, summary, shifts], [40, expected.summary, expected.shifts]);
  assert.deepEqual(
    shifts.map(({ field, rows }) => [field, rows]),
    [[field, 20]],
  );
});

test("an option that does not exist is refused", () => {
  assert.throws(() => createHandler({ scorer, maximumRecord: 3 }), {
    code: "argument_invalid",
    message: /did you mean maximumRecords\?/,
  });
});

test("health and schema", async () => {
  assert.deepEqual((await call("/health", { method: "GET" })).json, { status: "ok", model: scorer.card.name });
  const { json } = await call("/schema", { method: "GET" });
  assert.deepEqual([json.schema, json.policy], [scorer.schema, scorer.policy]);
});

test("a base stands before every path", async () => {
  const by = createHandler({ scorer, base: "/api" });
  assert.equal((await call("/api/health", { method: "GET", by })).status, 200);
  assert.equal((await call("/health", { method: "GET", by })).status, 404);
});

test("every refusal has its status and code", async () => {
  const cases = [
    [422, "record_invalid", "/score", { body: { ...record, [number.name]: number.minimum - 1 } }],
    [422, "record_invalid", "/explain", { body: {} }],
    [400, "body_invalid", "/score", { body: "{" }],
    [400, "body_invalid", "/score", { body: "" }],
    [400, "body_invalid", "/score", { body: "3" }],
    [400, "argument_invalid", "/score", { body: [record] }],
    [400, "argument_invalid", "/explain", { body: "null" }],
    [404, "not_found", "/scores", { body: record }],
    [404, "not_found", "/constructor", { method: "GET" }],
    [405, "method_not_allowed", "/score", { method: "GET" }],
    [405, "method_not_allowed", "/health", { body: record }],
    [413, "body_too_large", "/score", { body: { records: [record, record, record, record] } }],
    [413, "body_too_large", "/score", { body: { ...record, padding: "x".repeat(20_000) } }],
    [415, "media_type", "/score", { body: record, headers: { "content-type": "text/plain" } }],
  ];
  for (const [status, code, path, options] of cases) {
    const answer = await call(path, options);
    assert.deepEqual(
      [answer.status, answer.json.error.code, typeof answer.json.error.message],
      [status, code, "string"],
      `${status} ${path}`,
    );
    assert.ok(Array.isArray(answer.json.error.problems));
    if (status === 405) assert.match(answer.headers.get("allow"), /GET|POST/);
  }
});

test("a body without a stated length is cut off at the limit", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 8192;
      controller.enqueue(new Uint8Array(8192).fill(32));
    },
  });
  const response = await handler(
    new Request("https://edge.example/score", {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: endless,
      duplex: "half",
    }),
  );
  assert.equal(response.status, 413);
  assert.ok(sent < 100_000, String(sent));
});

test("the artifact is loaded at the first request; a failure gives no details away and is tried again", async () => {
  const lazy = createHandler({ artifact: artifactPath() });
  assert.equal((await call("/score", { body: record, by: lazy })).json.probability, scorer.score(record).probability);
  const broken = createHandler({ artifact: "no/such/file" });
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, json } = await call("/health", { method: "GET", by: broken });
    const error = { code: "unavailable", message: "the model cannot be loaded", problems: [] };
    assert.deepEqual([status, json], [503, { error }]);
  }
});

test("exactly one of scorer and artifact is given", () => {
  assert.throws(() => createHandler({}), { code: "argument_invalid" });
  assert.throws(() => createHandler({ scorer, artifact: "x" }), { code: "argument_invalid" });
});

test("an option of another type is refused, because a limit that is no number would limit nothing", () => {
  for (const [options, message] of [
    [{ maximumBytes: "1 MB" }, /maximumBytes must be a whole number from 0 \(got 1 MB\)/],
    [{ maximumRecords: Number.NaN }, /maximumRecords must be/],
    [{ maximumBudget: -1 }, /maximumBudget must be/],
    [{ base: 3 }, /base must be a text/],
    [{ identify: "yes" }, /identify must be true or false/],
    [{ scorer: artifactPath() }, /scorer must be a scorer, or a promise of one/],
  ]) {
    assert.throws(() => createHandler({ scorer, ...options }), {
      name: "TenureError",
      code: "argument_invalid",
      message,
    });
  }
});
