/** The route of decisions. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load as loadPlain } from "tenure";
import { load } from "tenure/decide";
import { createHandler } from "tenure/edge";
import { openApi } from "tenure/edge/openapi";
import { withPolicy } from "./artifact.js";
import { asJson, call } from "./edge.js";

const { policy, cases } = JSON.parse(readFileSync(new URL("../../tests/vectors/decide.json", import.meta.url), "utf8"));
const model = withPolicy(policy);
const scorer = await load(model);
const events = [];
const handler = createHandler({ scorer, routes: openApi(), onEvent: (event) => events.push(event) });
const [{ record }] = cases;

test("a record has its decision, with options too", async () => {
  const plain = await call(handler, "/v1/decide", { body: record });
  assert.deepEqual([plain.status, plain.json], [200, asJson(scorer.decide(record))]);
  const options = { identifier: "1", daysSinceOffer: 400, exhausted: ["discount"], reasons: 1, seed: 3 };
  const { json } = await call(handler, "/v1/decide", { body: { record, options } });
  assert.deepEqual(json, asJson(scorer.decide(record, options)));
  const { tiers, scored, route, refused } = events.at(-1);
  assert.deepEqual([route, scored, refused], ["/v1/decide", 1, 0]);
  assert.deepEqual(tiers, { [policy.tiers[json.tier].name]: 1 });
  assert.match((await call(handler, "/metrics")).text, /tenure_requests_total\{route="\/v1\/decide",status="200"\} 2/);
});

test("all that is wrong with the options is refused at once, a budget above the limit too", async () => {
  const options = { daysSinceOffer: -1, exhausted: ["none"], budget: 1e9, scale: "probability" };
  const { status, json } = await call(handler, "/v1/decide", { body: { record, options } });
  assert.deepEqual([status, json.code], [400, "argument_invalid"]);
  assert.deepEqual(
    json.problems.map(({ field }) => field),
    ["scale", "daysSinceOffer", "exhausted", "budget"],
  );
  const invalid = await call(handler, "/v1/decide", { body: {} });
  assert.deepEqual([invalid.status, invalid.json.code], [422, "record_invalid"]);
});

test("a scorer that does not decide has no such route", async () => {
  const plain = createHandler({ scorer: await loadPlain(model), routes: openApi() });
  const { status, json } = await call(plain, "/v1/decide", { body: record });
  assert.deepEqual([status, json.code], [404, "not_found"]);
  assert.match(json.detail, /tenure\/decide/);
  const document = (await call(plain, "/openapi.json")).json;
  assert.ok(!("/v1/decide" in document.paths) && !("Decision" in document.components.schemas));
});

test("the description has the keys of a decision", async () => {
  const { paths, components } = (await call(handler, "/openapi.json")).json;
  assert.ok("/v1/decide" in paths);
  const { Decision: decision, DecideOptions: options } = components.schemas;
  const { json } = await call(handler, "/v1/decide", { body: record });
  assert.deepEqual(Object.keys(json).sort(), Object.keys(decision.properties).sort());
  assert.deepEqual(decision.required.slice().sort(), Object.keys(json).sort());
  const { properties } = decision.properties.actions.items;
  assert.deepEqual(Object.keys(json.actions[0]), Object.keys(properties));
  assert.deepEqual(options.properties.exhausted.items.enum, ["discount", "one_year", "technician", "support"]);
});
