/** The HTTP handler: paths, statuses, limits, streams, events and metrics. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { load } from "tenure";
import { createHandler, refuse } from "tenure/edge";
import { artifactPath, fieldOf, sampleRecord, sampleRecords } from "./artifact.js";
import { asJson, call, streamOf } from "./edge.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const record = sampleRecord(schema);
const number = fieldOf(schema, "number", ({ minimum }) => minimum !== undefined);
const category = fieldOf(schema, "category");
const handler = createHandler({ scorer });
const narrow = createHandler({ scorer, limits: { bytes: 20_000, records: 3 } });

test("a record is scored, explained, and has counterfactuals", async () => {
  for (const [path, expected] of [
    ["/v1/score", scorer.score(record)],
    ["/v1/explain", scorer.explain(record)],
    ["/v1/counterfactuals", scorer.counterfactuals(record)],
  ]) {
    const { status, json, headers } = await call(handler, path, { body: record });
    assert.deepEqual([status, json], [200, asJson(expected)], path);
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(headers.get("cache-control"), "no-store");
  }
});

test("a score has its largest reasons", async () => {
  const { json } = await call(handler, "/v1/score?reasons=3", { body: record });
  const { probability, logit, tier, reasons, exact, problems } = json;
  assert.deepEqual({ probability, logit, tier, problems }, asJson(scorer.score(record)));
  const { contributions } = scorer.explain(record, { budget: 1_048_576, tolerance: 0.01 });
  assert.deepEqual(reasons, asJson(contributions.slice(0, 3)));
  assert.equal(typeof exact, "boolean");
  const many = await call(handler, "/v1/score?reasons=2", { body: { records: [record, {}, record] } });
  assert.deepEqual(
    many.json.scores.map(({ reasons, error }) => reasons?.length ?? error.code),
    [2, "record_invalid", 2],
  );
  const records = sampleRecords(schema, 10_000);
  const refused = await call(handler, "/v1/score?reasons=2", { body: { records } });
  assert.deepEqual([refused.status, refused.json.code], [413, "body_too_large"]);
  assert.match(refused.json.detail, /must have at most \d+ records, not 10000/);
});

test("a record with few differences from the reference customers has exact reasons", async () => {
  const { json } = await call(handler, "/v1/score?reasons=1", { body: record });
  const again = await call(
    createHandler({ scorer, limits: { budget: 16 * scorer.backgroundRows } }),
    "/v1/score?reasons=1",
    {
      body: record,
    },
  );
  assert.deepEqual([again.json.exact, again.json.standardError > 0], [false, true]);
  assert.equal(json.probability, again.json.probability);
});

test("an explanation takes options, and refuses all that is wrong with them at once", async () => {
  const options = { budget: 2000, tolerance: 0.01, seed: 3, interactions: false };
  const { status, json } = await call(handler, "/v1/explain", { body: { record, options } });
  assert.deepEqual([status, json], [200, asJson(scorer.explain(record, options))]);
  assert.deepEqual((await call(handler, "/v1/explain", { body: { record } })).json, asJson(scorer.explain(record)));
  const bad = { budget: 1e9, tolerance: -1, seed: "one", depth: 2 };
  const refused = await call(handler, "/v1/explain", { body: { record, options: bad } });
  assert.deepEqual([refused.status, refused.json.code], [400, "argument_invalid"]);
  assert.deepEqual(
    refused.json.problems.map(({ field }) => field),
    ["tolerance", "seed", "depth", "budget"],
  );
  const by = createHandler({ scorer, limits: { budget: 1000 } });
  assert.match(
    (await call(by, "/v1/explain", { body: { record, options } })).json.detail,
    /budget must be at most 1000/,
  );
  for (const path of ["/v1/explain", "/v1/counterfactuals"]) {
    assert.equal((await call(handler, path, { body: { record, options: [] } })).status, 400, path);
    assert.equal((await call(handler, path, { body: { record, more: 1 } })).status, 400, path);
  }
  const few = await call(handler, "/v1/counterfactuals", { body: { record, options: { threshold: 0.01, count: 1 } } });
  assert.deepEqual(few.json, asJson(scorer.counterfactuals(record, { threshold: 0.01, count: 1 })));
});

test("records are scored in order, bad ones with their error", async () => {
  const unseen = { ...record, [category.name]: "Gold" };
  const { status, json } = await call(handler, "/v1/score", { body: { records: [record, {}, "text", unseen] } });
  assert.equal(status, 200);
  assert.deepEqual(json.scores[0], asJson(scorer.score(record)));
  const [{ error }, text] = json.scores.slice(1);
  assert.deepEqual([error.code, error.problems.length], ["record_invalid", schema.fields.length]);
  assert.equal(text.error.code, "argument_invalid");
  assert.deepEqual(json.scores[3], asJson(scorer.score(unseen)));
  const { summary, shifts, problemCount } = scorer.scoreMany([record, {}, "text", unseen]);
  assert.deepEqual([json.summary, json.shifts, json.problemCount], asJson([summary, shifts, problemCount]));
});

test("a row of a list is scored once; only one whose problems are listed is asked for again", async () => {
  const counted = { alone: 0, inBlocks: 0 };
  const { schema, card, policy, backgroundRows } = scorer;
  const counting = {
    ...{ schema, card, policy, backgroundRows },
    model: () => scorer.model(),
    score(one) {
      counted.alone += 1;
      return scorer.score(one);
    },
    scoreBlocks(options) {
      const blocks = scorer.scoreBlocks(options);
      return {
        score(block) {
          counted.inBlocks += block.length;
          return blocks.score(block);
        },
        probability: (logit) => blocks.probability(logit),
        finish: () => blocks.finish(),
      };
    },
  };
  const unseen = { ...record, [category.name]: "Gold" };
  const records = [...sampleRecords(schema, 9000), unseen, {}, ...Array.from({ length: 150 }, () => unseen)];
  const clean = records.slice(0, 9000).filter((one) => scorer.score(one).problems.length === 0).length;
  assert.ok(clean > 8000, String(clean));
  const handler = createHandler({ scorer: counting });
  const { json } = await call(handler, "/v1/score", { body: { records } });
  assert.equal(counted.inBlocks, records.length);
  assert.ok(counted.alone <= 100 && counted.alone > 0, String(counted.alone));
  // The score of a record is the same alone and among others, to the last digit.
  json.scores.forEach((score, row) => {
    if (score.error !== undefined) return assert.equal(row, 9001);
    const expected = asJson(scorer.score(records[row]));
    assert.deepEqual(score, score.omitted ? { ...expected, problems: score.problems, omitted: true } : expected);
  });
  assert.equal(json.scores.at(-1).omitted, true);
});

test("an answer is bounded: 10,000 empty records list a hundred problems, and count the rest", async () => {
  const body = JSON.stringify({ records: Array.from({ length: 10_000 }, () => ({})) });
  assert.ok(body.length < 31_000);
  const { status, text, json } = await call(handler, "/v1/score", { body });
  assert.equal(status, 200);
  assert.ok(text.length < 600_000, String(text.length));
  const listed = json.scores.flatMap(({ error }) => error.problems ?? []);
  assert.equal(listed.length, 100);
  assert.deepEqual(json.scores.at(-1), { error: { code: "record_invalid", omitted: true } });
  assert.deepEqual(
    json.summary.map(({ rows }) => rows),
    schema.fields.map(() => 10_000),
  );
  const warned = { records: Array.from({ length: 200 }, () => ({ ...record, [category.name]: "Gold" })) };
  const { scores } = (await call(handler, "/v1/score", { body: warned })).json;
  assert.equal(scores.flatMap(({ problems }) => problems).length, 100);
  assert.deepEqual([scores[99].omitted, scores[100].omitted], [undefined, true]);
});

test("the limits agree: 10,000 records fit into the bytes of a body", async () => {
  const records = sampleRecords(schema, 10_000);
  const body = JSON.stringify({ records });
  assert.ok(body.length > 3_000_000);
  const { status, json } = await call(handler, "/v1/score", { body });
  assert.deepEqual([status, json.scores.length], [200, 10_000]);
  assert.ok(json.scores.every(({ probability }, row) => probability === scorer.score(records[row]).probability));
});

test("lines are scored as they arrive, one line out for each line in", async () => {
  const lines = [record, {}, record].map((each) => JSON.stringify(each));
  const body = streamOf(`${lines[0]}\n${lines[1].slice(0, 1)}`, `${lines[1].slice(1)}\nnot json\n\n`, lines[2]);
  const headers = { "content-type": "application/x-ndjson" };
  const { status, text, headers: sent } = await call(handler, "/v1/score", { body, headers });
  assert.deepEqual([status, sent.get("content-type")], [200, "application/x-ndjson"]);
  const answers = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(answers.length, 5);
  assert.deepEqual([answers[0], answers[3]], [asJson(scorer.score(record)), asJson(scorer.score(record))]);
  assert.deepEqual([answers[1].error.code, answers[2].error.code], ["record_invalid", "body_invalid"]);
  assert.match(answers[2].error.detail, /line 3, which is not JSON/);
  assert.deepEqual([answers[4].findings.rows, answers[4].findings.problemCount], [4, 2]);
});

test("a stream answers before the body ends, and no faster than it is read", async () => {
  let sent = 0;
  const line = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(line);
    },
  });
  const request = new Request("https://edge.example/v1/score", {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: endless,
    duplex: "half",
  });
  const events = [];
  const by = createHandler({ scorer, onEvent: (event) => events.push(event) });
  const reader = (await by(request)).body.getReader();
  await reader.read();
  assert.deepEqual(events, []);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(sent < 10, String(sent));
  await reader.cancel();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([events[0].scored >= 1, events[0].status], [true, 200]);
});

test("a stream that fails says so in its last line", async () => {
  const line = `${JSON.stringify(record)}\n`;
  const headers = { "content-type": "application/x-ndjson" };
  const last = async (by, ...parts) => {
    const { text } = await call(by, "/v1/score", { body: streamOf(...parts), headers });
    return JSON.parse(text.trimEnd().split("\n").at(-1)).error?.code;
  };
  assert.equal(await last(handler, line, new Error("gone")), "body_incomplete");
  assert.equal(await last(handler, line, Uint8Array.of(0xff, 0xff)), "body_invalid");
  assert.equal(await last(createHandler({ scorer, limits: { lines: 1 } }), line, line), "body_too_large");
  assert.equal(await last(handler, line, "x".repeat(2 ** 21)), "stream_invalid");
});

test("schema and card have an etag, and a caller that has it gets 304", async () => {
  const { policy, card } = scorer;
  for (const [path, expected] of [
    ["/v1/schema", { schema, policy }],
    ["/v1/card", card],
  ]) {
    const { status, json, headers } = await call(handler, path);
    assert.deepEqual([status, json], [200, asJson(expected)]);
    const etag = headers.get("etag");
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const again = await call(handler, path, { headers: { "if-none-match": given } });
      assert.deepEqual([again.status, again.text, again.headers.get("etag")], [304, "", etag]);
    }
    assert.equal((await call(handler, path, { headers: { "if-none-match": '"other"' } })).status, 200);
  }
});

test("probes, HEAD, OPTIONS, slashes at the end, and escapes in paths", async () => {
  assert.deepEqual((await call(handler, "/healthz")).json, { status: "ok" });
  assert.deepEqual((await call(handler, "/readyz")).json, { status: "ok" });
  const head = await call(handler, "/v1/schema", { method: "HEAD" });
  assert.deepEqual([head.status, head.text, head.headers.has("etag")], [200, "", true]);
  const options = await call(handler, "/v1/score", { method: "OPTIONS" });
  assert.deepEqual([options.status, options.headers.get("allow")], [204, "POST, OPTIONS"]);
  for (const path of ["/v1/score/", "/v1/%73core", "/%761/score"]) {
    assert.equal((await call(handler, path, { body: record })).status, 200, path);
  }
  for (const path of ["/v1%2Fscore", "/v1//score", "/v1/score/x", "/%zz", "/v1"]) {
    assert.equal((await call(handler, path, { body: record })).status, 404, path);
  }
});

test("a base stands before every path", async () => {
  const by = createHandler({ scorer, base: "/api" });
  assert.equal((await call(by, "/api/healthz")).status, 200);
  for (const path of ["/healthz", "/apihealthz", "/api"]) assert.equal((await call(by, path)).status, 404, path);
});

test("every refusal has its status and code", async () => {
  const padded = { ...record, padding: "x".repeat(20_000) };
  const cases = [
    [422, "record_invalid", "/v1/score", { body: { ...record, [number.name]: number.minimum - 1 } }],
    [422, "record_invalid", "/v1/score", { body: { ...record, [number.name]: "NaN" } }],
    [422, "record_invalid", "/v1/score", { body: JSON.stringify(record).replace(/:[\d.]+/, ":1e999") }],
    [422, "record_invalid", "/v1/explain", { body: {} }],
    [422, "record_invalid", "/v1/counterfactuals", { body: {} }],
    [400, "body_invalid", "/v1/score", { body: "{" }],
    [400, "body_invalid", "/v1/score", { body: '{"a": NaN}' }],
    [400, "body_invalid", "/v1/score", { body: "" }],
    [400, "body_invalid", "/v1/score", { body: "3" }],
    [400, "body_invalid", "/v1/score", { body: [record] }],
    [400, "body_invalid", "/v1/explain", { body: "null" }],
    [400, "body_invalid", "/v1/score", { body: Uint8Array.of(0x22, 0xff, 0x22) }],
    [400, "body_incomplete", "/v1/score", { body: streamOf('{"half":', new Error("gone")) }],
    [400, "body_incomplete", "/v1/score", { body: "not gzip", headers: { "content-encoding": "gzip" } }],
    [400, "argument_invalid", "/v1/score", { body: { records: [], more: 1 } }],
    [400, "argument_invalid", "/v1/score?reason=3", { body: record }],
    [400, "argument_invalid", "/v1/score?reasons=three", { body: record }],
    [400, "argument_invalid", "/v1/score?reasons=3&reasons=4", { body: record }],
    [404, "not_found", "/v1/scores", { body: record }],
    [404, "not_found", "/constructor", {}],
    [404, "model_unknown", "/v1/score?model=other", { body: record }],
    [405, "method_not_allowed", "/v1/score", {}],
    [405, "method_not_allowed", "/v1/score", { method: "HEAD" }],
    [405, "method_not_allowed", "/healthz", { body: record }],
    [405, "method_not_allowed", "/v1/schema", { method: "DELETE" }],
    [413, "body_too_large", "/v1/score", { body: { records: [record, record, record, record] } }],
    [413, "body_too_large", "/v1/score", { body: padded }],
    [
      413,
      "body_too_large",
      "/v1/score",
      { body: gzipSync(JSON.stringify(padded)), headers: { "content-encoding": "gzip" } },
    ],
    [415, "media_type", "/v1/score", { body: record, headers: { "content-type": "text/plain" } }],
    [415, "media_type", "/v1/explain", { body: record, headers: { "content-type": "application/x-ndjson" } }],
    [415, "charset", "/v1/score", { body: record, headers: { "content-type": "application/json; charset=utf-16" } }],
    [415, "encoding", "/v1/score", { body: record, headers: { "content-encoding": "br" } }],
  ];
  for (const [status, code, path, options] of cases) {
    const { json = {}, ...answer } = await call(narrow, path, options);
    const about = `${status} ${code} ${path} ${String(options.body).slice(0, 40)}`;
    assert.equal(answer.status, status, about);
    assert.equal(answer.headers.get("content-type"), "application/problem+json", about);
    if (options.method === "HEAD") continue;
    assert.deepEqual(
      [json.code, json.status, json.type, typeof json.detail],
      [code, status, "about:blank", "string"],
      about,
    );
    assert.ok(json.title !== "Error" && Array.isArray(json.problems), about);
    if (status === 405) assert.match(answer.headers.get("allow"), /GET, HEAD|POST/);
  }
});

test("gzip and a character set are taken", async () => {
  const body = gzipSync(JSON.stringify(record));
  const headers = { "content-encoding": "gzip", "content-type": 'application/json; charset="UTF-8"' };
  assert.deepEqual((await call(handler, "/v1/score", { body, headers })).json, asJson(scorer.score(record)));
  const lines = gzipSync(`${JSON.stringify(record)}\n`);
  const zipped = { "content-encoding": "gzip", "content-type": "application/x-ndjson" };
  assert.match((await call(handler, "/v1/score", { body: lines, headers: zipped })).text, /"findings":\{"rows":1/);
});

test("50 MB, and 50 KB that unpack to 50 MB, are cut off at the limit", async () => {
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
  assert.equal((await call(handler, "/v1/score", { body: endless })).status, 413);
  assert.ok(sent < 9_000_000, String(sent));
  const zipped = gzipSync(Buffer.alloc(50_000_000, 32));
  assert.ok(zipped.length < 60_000);
  const headers = { "content-encoding": "gzip" };
  assert.equal((await call(handler, "/v1/score", { body: zipped, headers })).status, 413);
  const stated = { "content-length": "50000000" };
  assert.equal((await call(handler, "/v1/score", { body: "{}", headers: stated })).status, 413);
});

test("a compressed body that waited for its model, and is refused, does not end the process", async () => {
  // While it waits, Node decompresses ahead.
  const body = gzipSync(Buffer.concat([Buffer.from([0xff]), Buffer.alloc(1 << 20, "a")]));
  const acquire = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { scorer, model: { name: "late", version: "1", sha256: "" }, release: () => undefined };
  };
  const late = createHandler({ models: { acquire, list: () => [] } });
  const headers = { "content-type": "application/x-ndjson", "content-encoding": "gzip" };
  const uncaught = [];
  const note = (error) => uncaught.push(error);
  process.on("uncaughtException", note);
  const { text } = await call(late, "/v1/score", { body, headers });
  assert.equal(JSON.parse(text).error.code, "body_invalid");
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.off("uncaughtException", note);
  assert.deepEqual(uncaught, []);
});

test("100,000 levels are refused like any other value", async () => {
  const levels = 100_000;
  for (const value of ["[".repeat(levels) + "]".repeat(levels), '{"a":'.repeat(levels) + 1 + "}".repeat(levels)]) {
    const body = JSON.stringify({ ...record, [category.name]: 0 }).replace(/:0/, `:${value}`);
    const { status, json } = await call(createHandler({ scorer, strict: true }), "/v1/score", { body });
    assert.deepEqual([status, json.code], [422, "record_invalid"]);
  }
});

test("strict refuses a key that an object has twice, anywhere", async () => {
  const strict = createHandler({ scorer, strict: true });
  const text = JSON.stringify(record);
  const twice = `${text.slice(0, -1)},"${schema.fields[0].name}":null}`;
  assert.equal((await call(handler, "/v1/score", { body: twice })).status, 200);
  for (const body of [
    twice,
    `{"records":[${text},${twice}]}`,
    '{"a":{"b":1,"\\u0062":2}}',
    '{"\\"":1,"c":"}","\\"":2}',
  ]) {
    const { status, json } = await call(strict, "/v1/score", { body });
    assert.deepEqual([status, json.code], [400, "key_repeated"], body.slice(0, 60));
  }
  for (const body of [
    text,
    `{"records":[${text},${text}]}`,
    JSON.stringify({ ...record, x: ['"', "x", "\\", { x: 1 }] }),
  ]) {
    assert.equal((await call(strict, "/v1/score", { body })).status, 200);
  }
});

test("a body that does not arrive in time is refused", async () => {
  const slow = createHandler({ scorer, limits: { seconds: 0 } });
  const never = () => new ReadableStream({ pull: () => new Promise(() => undefined) });
  const { status, json } = await call(slow, "/v1/score", { body: never() });
  assert.deepEqual([status, json.code], [408, "body_late"]);
  const headers = { "content-type": "application/x-ndjson" };
  assert.match((await call(slow, "/v1/score", { body: never(), headers })).text, /"code":"body_late"/);
});

test("the artifact is loaded at the first request; a failure gives no details away and is tried again", async () => {
  const lazy = createHandler({ artifact: artifactPath() });
  assert.equal((await call(lazy, "/v1/score", { body: record })).json.probability, scorer.score(record).probability);
  const events = [];
  const broken = createHandler({ artifact: "no/such/file", onEvent: (event) => events.push(event) });
  for (let attempt = 0; attempt < 2; attempt++) {
    const { status, json, headers } = await call(broken, "/readyz");
    assert.deepEqual(
      [status, json.code, json.detail],
      [503, "unavailable", "the model cannot be loaded; try again later"],
    );
    assert.equal(headers.get("retry-after"), "1");
  }
  assert.equal((await call(broken, "/healthz")).status, 200);
  assert.match(String(events[0].cause), /no\/such\/file/);
});

test("a model that never loads ends in a timeout", async () => {
  const stuck = createHandler({ scorer: new Promise(() => undefined), limits: { seconds: 0 } });
  assert.equal((await call(stuck, "/readyz")).status, 503);
});

test("pages of allowed origins may read answers", async () => {
  const by = createHandler({ scorer, cors: ["https://app.example"] });
  const allowed = { origin: "https://app.example" };
  const preflight = { ...allowed, "access-control-request-method": "POST" };
  const asked = await call(by, "/v1/score", { method: "OPTIONS", headers: preflight });
  assert.equal(asked.status, 204);
  assert.equal(asked.headers.get("access-control-allow-origin"), "https://app.example");
  assert.match(asked.headers.get("access-control-allow-headers"), /content-type/);
  assert.match(asked.headers.get("access-control-allow-methods"), /POST/);
  for (const [headers, origin] of [
    [allowed, "https://app.example"],
    [{ origin: "https://other.example" }, null],
    [{}, null],
  ]) {
    for (const body of [record, {}]) {
      const answer = await call(by, "/v1/score", { body, headers });
      assert.equal(answer.headers.get("access-control-allow-origin"), origin);
      assert.equal(answer.headers.get("vary"), "origin");
    }
  }
  const open = await call(createHandler({ scorer, cors: ["*"] }), "/healthz", { headers: allowed });
  assert.equal(open.headers.get("access-control-allow-origin"), "*");
  assert.equal(
    (await call(handler, "/healthz", { headers: allowed })).headers.has("access-control-allow-origin"),
    false,
  );
});

test("each request is an event without a value of a record", async () => {
  const events = [];
  const by = createHandler({ scorer, onEvent: (event) => events.push(event) });
  const secret = "Sesame-1234";
  await call(by, "/v1/score", { body: { records: [record, {}, { ...record, [category.name]: secret }] } });
  await call(by, "/v1/score", { body: { ...record, [number.name]: secret } });
  await call(by, "/v1/score", { body: `{"${secret}": ${secret}}` });
  await call(by, `/v1/${secret}`, { body: record });
  const [many, invalid, broken, other] = events;
  assert.deepEqual([many.route, many.method, many.status, many.scored, many.refused], ["/v1/score", "POST", 200, 2, 1]);
  const tier = scorer.policy.tiers[scorer.score(record).tier].name;
  assert.ok(many.tiers[tier] >= 1 && many.seconds > 0);
  assert.deepEqual(many.model.sha256, (await scorer.model()).sha256);
  assert.deepEqual([invalid.status, invalid.code, invalid.refused], [422, "record_invalid", 1]);
  assert.deepEqual([broken.code, other.route, other.code], ["body_invalid", "other", "not_found"]);
  assert.doesNotMatch(JSON.stringify(events), new RegExp(secret));
  assert.equal(
    events.some(({ cause }) => cause !== undefined),
    false,
  );
});

test("an error that nobody expected gives no details away, and a log that fails changes nothing", async () => {
  const cause = new Error("the disk is full");
  const route = {
    path: "/v1/broken",
    method: "GET",
    answer() {
      throw cause;
    },
  };
  const teapot = {
    path: "/v1/tea",
    method: "GET",
    answer: () => Promise.reject(refuse(418, "teapot", "no coffee here")),
  };
  const events = [];
  const by = createHandler({
    scorer,
    routes: [route, teapot],
    onEvent(event) {
      events.push(event);
      throw new Error("the log is full");
    },
  });
  const { status, json } = await call(by, "/v1/broken");
  assert.deepEqual([status, json.code, json.detail], [500, "internal", "the request failed on the server"]);
  assert.equal(events[0].cause, cause);
  assert.deepEqual([(await call(by, "/v1/tea")).status, events[1].cause], [418, undefined]);
});

test("a route of one's own may send callers elsewhere", async () => {
  const answer = () => Response.redirect("https://other.example/", 302);
  const by = createHandler({ scorer, routes: [{ path: "/old", method: "GET", answer }] });
  const { status, headers } = await call(by, "/old");
  assert.deepEqual([status, headers.get("location")], [302, "https://other.example/"]);
});

test("metrics are in Prometheus' format, and agree with the requests", async () => {
  const by = createHandler({ scorer });
  await call(by, "/v1/score", { body: { records: [record, {}, record] } });
  await call(by, "/v1/score", { body: "{" });
  await call(by, "/nowhere");
  const { text, headers } = await call(by, "/metrics");
  assert.equal(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const { name, sha256 } = await scorer.model();
  const tier = scorer.policy.tiers[scorer.score(record).tier].name;
  const version = sha256.slice(0, 12);
  for (const line of [
    'tenure_requests_total{route="/v1/score",status="200"} 1',
    'tenure_requests_total{route="/v1/score",status="400"} 1',
    'tenure_requests_total{route="other",status="404"} 1',
    'tenure_errors_total{code="body_invalid"} 1',
    `tenure_scores_total{model="${name}",version="${version}",tier="${tier}"} 2`,
    "tenure_records_refused_total 1",
    `tenure_model_info{name="${name}",version="${version}",sha256="${sha256}",aliases=""} 1`,
    'tenure_request_seconds_bucket{route="/v1/score",le="+Inf"} 2',
    'tenure_request_seconds_count{route="/v1/score"} 2',
    "# TYPE tenure_request_seconds histogram",
  ]) {
    assert.ok(text.split("\n").includes(line), `${line}\n${text}`);
  }
  assert.equal((await call(createHandler({ scorer, metrics: false }), "/metrics")).status, 404);
});

test("exactly one of artifact, scorer and models is given", () => {
  assert.throws(() => createHandler({}), { code: "argument_invalid" });
  assert.throws(() => createHandler({ scorer, artifact: "x" }), { code: "argument_invalid" });
});

test("an option that does not exist is refused", () => {
  assert.throws(() => createHandler({ scorer, limit: {} }), {
    code: "argument_invalid",
    message: /did you mean limits\?/,
  });
  assert.throws(() => createHandler({ scorer, limits: { record: 3 } }), { message: /did you mean records\?/ });
});

test("an option of another type is refused, because a limit that is no number would limit nothing", () => {
  for (const [options, message] of [
    [{ limits: { bytes: "1 MB" } }, /limits\.bytes must be a whole number from 0 \(got 1 MB\)/],
    [{ limits: { records: Number.NaN } }, /limits\.records must be/],
    [{ limits: { budget: -1 } }, /limits\.budget must be/],
    [{ base: 3 }, /base must be a text/],
    [{ base: "/api/" }, /base must be a text/],
    [{ identify: "yes" }, /identify must be true or false/],
    [{ strict: 1 }, /strict must be true or false/],
    [{ cors: "https://app.example" }, /cors must be a list/],
    [{ authorize: {} }, /authorize must be a function/],
    [{ routes: [{}] }, /routes must be a list of routes/],
    [{ scorer: artifactPath() }, /scorer must be a scorer, or a promise of one/],
    [{ scorer: undefined, models: [] }, /models must be what createRollout returns/],
  ]) {
    assert.throws(() => createHandler({ scorer, ...options }), {
      name: "TenureError",
      code: "argument_invalid",
      message,
    });
  }
});
