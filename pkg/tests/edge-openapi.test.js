/** The description of the routes, and its page. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { openApi } from "tenure/edge/openapi";
import { artifactPath, changedArtifact, sampleRecord } from "./artifact.js";
import { call } from "./edge.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const handler = createHandler({ scorer, routes: openApi(), base: "/api" });
const { json: document, headers } = await call(handler, "/api/openapi.json");

test("every route is described, with the fields of the model", () => {
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(Object.keys(document.paths), [
    "/api/v1/score",
    "/api/v1/explain",
    "/api/v1/counterfactuals",
    "/api/v1/schema",
    "/api/v1/card",
    "/api/healthz",
    "/api/readyz",
    "/api/metrics",
    "/api/openapi.json",
    "/api/docs",
  ]);
  const { Record: record } = document.components.schemas;
  assert.deepEqual(
    [Object.keys(record.properties), record.required],
    [schema.fields.map(({ name }) => name), record.required],
  );
  const category = schema.fields.find(({ kind }) => kind === "category");
  assert.deepEqual(record.properties[category.name].examples, category.categories);
  assert.equal(document.security, undefined);
  assert.ok(headers.has("etag"));
});

test("every reference is to something, and every operation has an id of its own", () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(Object.hasOwn(document.components.schemas, name), name);
  }
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, Object.keys(document.paths).length);
});

test("answers have the keys that are described", async () => {
  const record = sampleRecord(schema);
  const { schemas } = document.components;
  for (const [path, name, body] of [
    ["/v1/score", "Score", record],
    ["/v1/score?reasons=2", "Score", record],
    ["/v1/score", "Scores", { records: [record, {}] }],
    ["/v1/explain", "Explanation", { record, options: { interactions: true } }],
    ["/v1/counterfactuals", "Counterfactuals", record],
    ["/v1/score", "ProblemDetails", {}],
  ]) {
    const { json } = await call(handler, `/api${path}`, { body });
    const { properties, required } = schemas[name];
    assert.deepEqual(
      required.filter((key) => !(key in json)),
      [],
      path,
    );
    assert.deepEqual(
      Object.keys(json).filter((key) => !(key in properties)),
      [],
      path,
    );
  }
});

test("a guarded handler says how to be known", async () => {
  const guarded = createHandler({ scorer, routes: openApi(), authorize: () => undefined });
  const { json } = await call(guarded, "/openapi.json");
  assert.deepEqual(json.security, [{ key: [] }, { token: [] }]);
  assert.deepEqual(json.paths["/healthz"].get.security, []);
  assert.ok("401" in json.paths["/v1/score"].post.responses && !("401" in json.paths["/healthz"].get.responses));
  const hidden = createHandler({ scorer, routes: openApi({ scope: "score" }), authorize: () => undefined });
  assert.equal((await call(hidden, "/openapi.json")).status, 401);
});

test("the page shows it without scripts, and escapes names", async () => {
  const { bytes } = changedArtifact((field) => ({ ...field, label: "<script>alert(1)</script>" }));
  const own = createHandler({ artifact: bytes, routes: openApi() });
  const { text, headers } = await call(own, "/docs");
  assert.equal(headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(headers.get("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'");
  assert.match(text, /POST \/v1\/score/);
  assert.match(text, /&lt;script&gt;alert\(1\)/);
  assert.doesNotMatch(text, /<script|https?:\/\//);
});
