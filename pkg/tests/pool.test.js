/** A pool: the results and errors of a scorer, aborts, and the end of its workers. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { load, TenureError } from "tenure";
import { gpu } from "tenure/gpu";
import { createPool } from "tenure/pool";
import { artifactPath, sampleRecord, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const pool = await createPool(artifactPath(), { size: 2 });
after(() => pool.dispose());
const record = sampleRecord(scorer.schema);
const records = sampleRecords(scorer.schema, 300);

/** Columns of many rows, which keep a worker busy long enough for the tests of aborts. */
function manyRows(rows) {
  const columns = scorer.schema.fields.map(({ name }) => [
    name,
    Array.from({ length: rows }, (_, row) => records[row % records.length][name]),
  ]);
  return Object.fromEntries(columns);
}

test("every method has the scorer's result", async () => {
  assert.deepEqual([pool.schema, pool.card, pool.policy, pool.size], [scorer.schema, scorer.card, scorer.policy, 2]);
  assert.deepEqual(await pool.score(record), scorer.score(record));
  assert.deepEqual(await pool.explain(record), scorer.explain(record));
  assert.deepEqual(await pool.scoreMany(records), scorer.scoreMany(records));
  assert.deepEqual(await pool.row(record), scorer.row(record));
  assert.equal(await pool.scoreRow(scorer.row(record)), scorer.scoreRow(scorer.row(record)));
});

test("each worker looks for the device that the option names", async () => {
  const asked = await createPool(artifactPath(), { size: 1, device: "webgpu", gpu });
  const { device, reason, ...scores } = await asked.scoreManyAsync(records);
  asked.dispose();
  assert.deepEqual([device, reason.code], ["cpu", "adapter_missing"]);
  assert.deepEqual(scores, scorer.scoreMany(records));
  assert.equal((await pool.scoreManyAsync(records)).reason.code, "not_asked");
  await assert.rejects(createPool(artifactPath(), { size: 1, device: "gpu" }), {
    code: "argument_invalid",
    message: /"cpu", "webgpu" or "auto"/,
  });
  await assert.rejects(createPool(artifactPath(), { size: 1, reference: "2024-03-11" }), {
    code: "argument_invalid",
    message: /the model has none/,
  });
});

test("it has every method of the scorer but scoreBlocks, whose result cannot leave a worker", () => {
  const others = ["constructor", "scoreBlocks"];
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(scorer)).filter((name) => !others.includes(name));
  for (const name of methods) assert.equal(typeof pool[name], "function", name);
});

test("explainMany streams, and stops when the loop does", async () => {
  const options = { rows: 40 };
  // The length of a block depends on the clock, so the blocks are compared together.
  const all = async (blocks) => {
    const contributions = [];
    for await (const block of blocks) contributions.push(...block.contributions);
    return contributions;
  };
  const expected = await all(scorer.explainMany(records, options));
  assert.equal(expected.length, 40 * scorer.schema.fields.length);
  assert.deepEqual(await all(pool.explainMany(records, options)), expected);
  for await (const block of pool.explainMany(records)) {
    assert.ok(block.done > 0);
    break;
  }
  assert.deepEqual(await pool.score(record), scorer.score(record));
});

test("importance equals the scorer's", async () => {
  let last;
  const options = { rows: 60, onProgress: (progress) => (last = progress) };
  const importance = await pool.importance(records, options);
  const expected = await scorer.importance(records, { rows: 60 });
  assert.deepEqual([importance.fields, importance.rows, importance.totalRows], [expected.fields, expected.rows, 300]);
  const { field } = importance.fields[0];
  assert.deepEqual(importance.contributions(field), expected.contributions(field));
  assert.deepEqual(last, { done: 60, total: 60 });
});

test("many calls wait for a worker, and each gets its own result", async () => {
  const scores = await Promise.all(records.map((each) => pool.score(each)));
  assert.deepEqual(
    scores.map(({ probability }) => probability),
    records.map((each) => scorer.score(each).probability),
  );
});

test("errors arrive as they were thrown", async () => {
  const here = (() => {
    try {
      scorer.score({ ...record, [scorer.schema.fields[0].name]: undefined });
    } catch (error) {
      return error;
    }
  })();
  await assert.rejects(pool.score({ ...record, [scorer.schema.fields[0].name]: undefined }), (error) => {
    assert.ok(error instanceof TenureError);
    assert.deepEqual([error.code, error.message, error.problems], [here.code, here.message, here.problems]);
    return true;
  });
  await assert.rejects(pool.score({ ...record, extra: () => 1 }), {
    code: "argument_invalid",
    message: /cannot be sent/,
  });
  await assert.rejects(async () => {
    for await (const _ of pool.explainMany(7));
  }, TenureError);
  assert.deepEqual(await pool.score(record), scorer.score(record));
});

test("an abort ends a waiting or computing call at once, and the pool stays usable", async () => {
  const columns = manyRows(400_000);
  const running = new AbortController();
  const calls = [0, 1].map(() => pool.scoreMany(columns, { signal: running.signal }));
  const waiting = new AbortController();
  const waits = pool.score(record, { signal: waiting.signal });
  const behind = pool.score(record);
  waiting.abort(new Error("not wanted"));
  await assert.rejects(waits, /not wanted/);
  await new Promise((resolve) => setTimeout(resolve, 20));
  running.abort();
  for (const call of calls) await assert.rejects(call, { name: "AbortError" });
  assert.deepEqual(await behind, scorer.score(record));
  await assert.rejects(pool.score(record, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("bad arguments are refused before a worker is started", async () => {
  for (const size of [0, -1, 1.5, "2", Number.NaN]) {
    await assert.rejects(createPool(artifactPath(), { size }), { code: "argument_invalid", message: /size must be/ });
  }
  const module = new WebAssembly.Module(readFileSync(new URL("../wasm/tenure_bg.wasm", import.meta.url)));
  await assert.rejects(createPool(artifactPath(), { wasm: module }), { code: "argument_invalid", message: /compile/ });
  await assert.rejects(createPool("absent.safetensors", { size: 1 }), { code: "fetch_failed" });
  await assert.rejects(createPool(new Uint8Array(4), { size: 1 }), { code: "artifact_no_header" });
  await assert.rejects(createPool(artifactPath(), { size: 1, wasm: new Uint8Array(9) }), { code: "wasm_unavailable" });
});

test("dispose rejects pending and later calls", async () => {
  const other = await createPool(readFileSync(artifactPath()), { size: 1 });
  const under = [other.scoreMany(manyRows(100_000)), other.score(record)];
  other.dispose();
  other.dispose();
  for (const call of [...under, other.explain(record)]) await assert.rejects(call, { code: "disposed" });
});

test("options that do not exist are refused, and using ends a pool", async () => {
  const refused = { code: "argument_invalid", message: /sginal is not an option; did you mean signal\?/ };
  const { name } = scorer.schema.fields[0];
  const other = await createPool(artifactPath(), { size: 1 });
  const signal = AbortSignal.timeout(60_000);
  for (const options of [{ sginal: signal }, { signal, sginal: 1 }]) {
    await assert.rejects(other.score(record, options), refused);
    await assert.rejects(other.cell(name, null, options), refused);
    await assert.rejects(other.device(options), refused);
  }
  for (const call of [
    other.scoreMany([record], { signal, problemLimt: 1 }),
    other.explain(record, { budgt: 1 }),
    other.counterfactuals(record, { signal, treshold: 1 }),
    other.importance([record], { rws: 1 }),
  ]) {
    await assert.rejects(call, { code: "argument_invalid", message: /is not an option; did you mean/ });
  }
  assert.equal(await other.cell(name, null, { signal }), scorer.cell(name, null));
  if (Symbol.dispose === undefined) return other.dispose();
  other[Symbol.dispose]();
  await assert.rejects(other.score(record), { code: "disposed" });
});

test("a pool that waits does not keep the process alive", () => {
  const script = `
    import { gpu } from "tenure/gpu";
import { createPool } from "tenure/pool";
    const pool = await createPool(${JSON.stringify(artifactPath())}, { size: 2 });
    console.log((await pool.score(${JSON.stringify(record)})).probability);`;
  const options = { cwd: new URL(".", import.meta.url), encoding: "utf8", timeout: 60_000 };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], options);
  assert.deepEqual([status, Number(stdout), stderr], [0, scorer.score(record).probability, ""]);
});
