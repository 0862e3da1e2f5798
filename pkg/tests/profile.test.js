/** Profiles of `tenure/decide`, held against the vectors of the native engine. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load as loadPlain, TenureError } from "tenure";
import { load } from "tenure/decide";
import { createPool } from "tenure/decide/pool";
import { createHandler } from "tenure/edge";
import { openApi } from "tenure/edge/openapi";
import { gpu } from "tenure/gpu";
import { withPolicy, withReference } from "./artifact.js";
import { call } from "./edge.js";

const vector = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const { policy, cases } = vector("decide");
const { reference, profile: expected, comparison, rows: how, days } = vector("profile");
const model = withReference(policy, reference);
const [from, until] = days;
const rows = rowsOf(how.profile);
const today = until;

/** The rows that tests/vectors/profile.rs makes. */
function rowsOf({ count, numbers, changes }) {
  return Array.from({ length: count }, (_, row) => {
    const record = { ...cases[row % cases.length].record };
    for (const { field, first, step, modulo } of numbers) record[field] = first + ((row * step) % modulo);
    for (const { every, field, value } of changes) {
      if (row % every !== 0) continue;
      record[field] = value;
      if (value === undefined) delete record[field];
    }
    return record;
  });
}

const columnsOf = (records) =>
  Object.fromEntries(Object.keys(cases[0].record).map((name) => [name, records.map((record) => record[name])]));

/** What a profile counts, without the model and the identity. */
const counts = ({ model, parts, ...rest }) => rest;
const watching = () => load(model, { profile: true });

/** The same texts, and numbers to 1e-9. */
function closeTo(actual, expected, place = "") {
  if (typeof expected === "number") {
    assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${place}: ${actual} ${expected}`);
  } else if (typeof expected === "object" && expected !== null) {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), place);
    for (const key of Object.keys(expected)) closeTo(actual[key], expected[key], `${place}.${key}`);
  } else assert.equal(actual, expected, place);
}

/** Scores or decides a record; one with errors is counted too. */
function see(scorer, record, decides) {
  try {
    if (decides) scorer.decide(record, { reasons: 0 });
    else scorer.score(record);
  } catch (error) {
    assert.equal(error.code, "record_invalid");
  }
}

test("records have the profile and the comparison of the native engine", async () => {
  const scorer = await watching();
  rows.forEach((record, row) => {
    see(scorer, record, row < how.decided);
  });
  const profile = await scorer.profile({ from, until });
  closeTo(counts(profile), counts(expected));
  assert.equal(profile.model, (await scorer.model()).sha256);
  assert.match(profile.parts[0], /^[0-9a-f]{16}$/);
  closeTo(await scorer.compare(profile, { today }), comparison);
  // As a file has it, and a scorer need not count to compare.
  const other = await load(model);
  closeTo(await other.compare(`${JSON.stringify(profile)}\n`, { today }), comparison);
});

test("batches, blocks and columns count what records do", async () => {
  const { offers: _, ...records } = counts(expected);
  const scored = async (use) => {
    const scorer = await watching();
    await use(scorer);
    const { offers, ...rest } = counts(await scorer.profile({ from, until }));
    assert.ok(offers.every((count) => count === 0));
    closeTo(rest, records);
  };
  await scored((scorer) => scorer.scoreMany(rows));
  await scored((scorer) => scorer.scoreMany(columnsOf(rows)));
  await scored((scorer) => scorer.scoreManyAsync(rows));
  await scored((scorer) => {
    const blocks = scorer.scoreBlocks();
    for (let start = 0; start < rows.length; start += 700) blocks.score(rows.slice(start, start + 700));
    blocks.finish();
  });
});

test("explanations and rows count nothing, and a plan counts its offers", async () => {
  const scorer = await watching();
  const record = cases[0].record;
  scorer.explain(record);
  scorer.scoreRow(scorer.row(record));
  for await (const _ of scorer.explainMany([record, record])) {
    // Each block is taken.
  }
  assert.equal((await scorer.profile()).rows, 0);
  const sound = rowsOf({ ...how.profile, changes: [] }).slice(0, 2000);
  const plan = scorer.plan(sound, { capacity: { discount: 2000, technician: 2000 } });
  const { rows: seen, offers, days } = await scorer.profile({ restart: true });
  assert.deepEqual([seen, days], [2000, null]);
  const made = plan.offers.map(({ count }) => count);
  offers.slice(0, -1).forEach((count, at) => {
    assert.ok(count === null || count === made[at], `${offers} ${made}`);
  });
  assert.equal((await scorer.profile()).rows, 0);
});

test("the workers of a pool count together", async () => {
  const pool = await createPool(model, { size: 2, profile: true });
  try {
    const parts = [rows.slice(0, 1000), rows.slice(1000, 1400), rows.slice(1400)];
    await Promise.all(parts.map((part) => pool.scoreMany(part)));
    // Two calls at once do not wait for each other.
    const [profile, again] = await Promise.all([pool.profile({ from, until }), pool.profile({ from, until })]);
    assert.deepEqual(profile, again);
    const { offers: _, ...seen } = counts(profile);
    const { offers: __, ...all } = counts(expected);
    closeTo(seen, all);
    const { offers: ___, ...figures } = await pool.compare([profile], { today });
    const { offers: ____, ...others } = comparison;
    closeTo(figures, others);
    await pool.profile({ restart: true });
    assert.equal((await pool.profile()).rows, 0);
  } finally {
    pool.dispose();
  }
  const idle = await createPool(model, { size: 1 });
  await assert.rejects(idle.profile(), { code: "argument_invalid", message: /profile: true/ });
  idle.dispose();
  await assert.rejects(createPool(model, { size: 1, profil: true }), { message: /profil is not an option/ });
});

test("what is wrong with profiles is named at once, each with its code", async () => {
  const scorer = await watching();
  scorer.scoreMany(rows);
  const sound = await scorer.profile({ from, until });
  const wrong = [
    { ...sound, model: "ab".repeat(32) },
    { ...sound, version: 2 },
    sound,
    { format: "tenure-profile" },
    sound,
    { ...sound, rows: sound.rows + 1, parts: ["00000000000000ff"] },
    "x".repeat(20_000),
  ];
  await assert.rejects(scorer.compare(wrong, { today }), (error) => {
    assert.ok(error instanceof TenureError);
    assert.equal(error.code, "profile_model");
    assert.deepEqual(
      error.problems.map(({ field, rule }) => [field, rule]).sort(),
      [
        ["profiles[0]", "profile_model"],
        ["profiles[1]", "profile_version"],
        ["profiles[3]", "profile_version"],
        ["profiles[4]", "profile_twice"],
        ["profiles[5]", "profile_counts"],
        ["profiles[6]", "profile_too_large"],
      ].sort(),
    );
    return true;
  });
  await assert.rejects(scorer.compare(sound, { today: "2026-03-30" }), { code: "profile_future" });
  await assert.rejects(scorer.compare([], { today }), { code: "argument_invalid", message: /at least one profile/ });
  await assert.rejects(scorer.compare([7], { today }), {
    code: "argument_invalid",
    message: /profiles\[0\] must be a profile/,
  });
  await assert.rejects(scorer.compare("{", { today }), { code: "profile_format" });
  // A profile without rows is none of an error: the data are broken.
  const empty = await (await watching()).profile();
  assert.equal((await scorer.compare(empty, { today })).verdict, "broken");
  assert.equal((await scorer.compare([sound, empty], { today })).verdict, "broken");
});

test("all problems of the options are named at once", async () => {
  const scorer = await watching();
  await assert.rejects(scorer.profile({ from: 3, until: "", restart: 1, form: "x" }), (error) => {
    assert.equal(error.code, "argument_invalid");
    assert.deepEqual(
      error.problems.map(({ field, rule }) => [field, rule]),
      [
        ["form", "unknown"],
        ["from", "type"],
        ["until", "type"],
        ["restart", "type"],
      ],
    );
    return true;
  });
  for (const [options, message] of [
    [{ from: "soon", until }, /from must be a date/],
    [{ from }, /until must be a date/],
    [{ from: until, until: from }, /until must not be before from/],
  ]) {
    await assert.rejects(scorer.profile(options), { code: "argument_invalid", message });
  }
  const profile = await scorer.profile({ from: new Date(from), until: new Date(until) });
  assert.deepEqual(profile.days, days);
  const stakes = { customerValue: -1, offerCost: "5", successRate: 2, contactCost: 1, today: 5 };
  await assert.rejects(scorer.compare(profile, stakes), (error) => {
    assert.deepEqual(
      error.problems.map(({ field }) => field),
      ["today", "customerValue", "offerCost", "successRate"],
    );
    return true;
  });
});

test("stakes change the expected profit and nothing else", async () => {
  const scorer = await watching();
  scorer.scoreMany(rows);
  const profile = await scorer.profile();
  const [plain, rich] = [await scorer.compare(profile), await scorer.compare(profile, { customerValue: 400 })];
  assert.ok(rich.expected[1].profit.value > plain.expected[1].profit.value);
  assert.deepEqual(rich.fields, plain.fields);
});

test("a model that cannot be watched says so", async () => {
  const old = withPolicy(policy);
  await assert.rejects(load(old, { profile: true }), { code: "profile_reference", message: /train it again/ });
  const scorer = await load(old);
  await assert.rejects(scorer.compare(expected), { code: "profile_reference" });
  await assert.rejects(scorer.profile(), { code: "argument_invalid", message: /profile: true/ });
  await assert.rejects(load(model, { profile: "yes" }), { code: "argument_invalid", message: /true or false/ });
  await assert.rejects(load(model, { profile: true, device: "auto", gpu }), {
    code: "argument_invalid",
    message: /CPU/,
  });
  await assert.rejects(loadPlain(model, { profile: true }), {
    code: "argument_invalid",
    message: /profile is not an option/,
  });
  const disposed = await watching();
  disposed.dispose();
  await assert.rejects(disposed.profile(), { code: "disposed" });
});

test("the handler tells the profile to whom it may", async () => {
  const scorer = await watching();
  const keys = { watch: ["profile"], score: ["score"] };
  const authorize = (request) => {
    const id = request.headers.get("authorization");
    return id in keys ? { id, scopes: keys[id] } : undefined;
  };
  const handler = createHandler({ scorer, authorize, identify: true, routes: openApi() });
  const headers = { authorization: "score" };
  // Once each, also where a record is scored in a block and alone, or explained.
  await call(handler, "/v1/score", { body: { records: rows.slice(0, 398) }, headers });
  await call(handler, "/v1/score", { body: rows[1], headers });
  await call(handler, "/v1/score?reasons=2", { body: rows[2], headers });
  const get = (path, id = "watch") => call(handler, path, { headers: { authorization: id } });
  const { status, json } = await get(`/v1/profile?from=${from}&until=${until}`);
  assert.deepEqual([status, json.rows, json.days, typeof json.model], [200, 400, days, "string"]);
  assert.deepEqual(json, await scorer.profile({ from, until }));
  assert.equal((await scorer.compare(json, { today })).rows[1], 400);
  assert.equal((await get("/v1/profile", "score")).status, 403);
  const refused = await get("/v1/profile?from=soon");
  assert.deepEqual([refused.status, refused.json.code], [400, "argument_invalid"]);
  assert.ok("/v1/profile" in (await get("/openapi.json")).json.paths);
  const idle = createHandler({ scorer: await load(model), routes: openApi() });
  const absent = await call(idle, "/v1/profile");
  assert.deepEqual([absent.status, absent.json.code], [404, "not_found"]);
  assert.ok(!("/v1/profile" in (await call(idle, "/openapi.json")).json.paths));
});
