/** Explanations of many customers: blocks, samples, aborts, importance and dependence. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { artifactPath, fieldOf, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const width = schema.fields.length;
const records = sampleRecords(schema, 40);
const columns = Object.fromEntries(schema.fields.map(({ name }) => [name, records.map((record) => record[name])]));

async function collect(blocks) {
  const all = [];
  for await (const block of blocks) all.push(block);
  return all;
}

test("blocks hold what explain says, in the order of the rows, whatever happens between them", async () => {
  const broken = [...records, { ...records[0], [fieldOf(schema, "number").name]: "much" }];
  let seen = 0;
  for await (const block of scorer.explainMany(broken)) {
    const { done, total, rows, contributions, values, logit, probability, standardError } = block;
    assert.deepEqual([total, contributions.length, values.length], [41, rows.length * width, rows.length * width]);
    for (const [place, row] of rows.entries()) {
      assert.equal(row, seen++);
      const line = contributions.subarray(place * width, (place + 1) * width);
      if (row === 40) {
        assert.ok(line.every(Number.isNaN) && Number.isNaN(logit[place]) && Number.isNaN(standardError[place]));
        continue;
      }
      const explained = scorer.explain(broken[row]);
      assert.ok(
        Math.abs(explained.logit - logit[place]) < 1e-6 && Math.abs(explained.probability - probability[place]) < 1e-6,
      );
      for (const { field, contribution } of explained.contributions) {
        const index = schema.fields.findIndex(({ name }) => name === field);
        assert.ok(Math.abs(line[index] - contribution) < 1e-5, `${row} ${field}`);
      }
      const cells = Float64Array.from(scorer.row(broken[row]));
      assert.deepEqual(values.slice(place * width, (place + 1) * width), cells);
    }
    assert.equal(done, seen);
    // Other calls between two blocks must not change the results.
    scorer.scoreMany(columns);
  }
  assert.equal(seen, 41);
  const fromColumns = await collect(scorer.explainMany(columns));
  assert.equal(fromColumns.at(-1).done, 40);
  assert.deepEqual(await collect(scorer.explainMany([])), []);
});

test("a sample is drawn by its seed", async () => {
  const rows = async (options) =>
    (await collect(scorer.explainMany(columns, options))).flatMap((block) => [...block.rows]);
  const first = await rows({ rows: 7, seed: 1 });
  assert.equal(new Set(first).size, 7);
  assert.deepEqual(
    first,
    [...first].sort((a, b) => a - b),
  );
  assert.deepEqual(await rows({ rows: 7, seed: 1 }), first);
  assert.notDeepEqual(await rows({ rows: 7, seed: 2 }), first);
  assert.equal((await rows({ rows: 100 })).length, 40);
});

test("a budget holds for each row, and says how far off a row may be", async () => {
  const [block] = await collect(scorer.explainMany(records.slice(0, 3), { budget: 4096 }));
  for (let row = 0; row < 3; row++) {
    const { contributions, standardError, exact } = scorer.explain(records[row], { budget: 4096 });
    assert.ok(!exact && Math.abs(block.standardError[row] - standardError) < 1e-9 && standardError > 0);
    for (const { field, contribution } of contributions) {
      const index = schema.fields.findIndex(({ name }) => name === field);
      assert.ok(Math.abs(block.contributions[row * width + index] - contribution) < 1e-6, field);
    }
  }
});

test("an aborted signal stops before the first block and between two", async () => {
  const aborted = { name: "TenureError", code: "aborted", cause: "enough" };
  await assert.rejects(collect(scorer.explainMany(records, { signal: AbortSignal.abort("enough") })), aborted);
  await assert.rejects(scorer.importance(records, { signal: AbortSignal.abort("enough") }), aborted);
  const controller = new AbortController();
  const many = sampleRecords(schema, 3000);
  let blocks = 0;
  const stopped = (async () => {
    for await (const _ of scorer.explainMany(many, { signal: controller.signal })) {
      blocks += 1;
      // The event loop runs between two blocks, so a timer can abort.
      setTimeout(() => controller.abort("enough"));
    }
  })();
  await assert.rejects(stopped, aborted);
  assert.ok(blocks >= 1 && blocks <= 3, `${blocks} blocks`);
});

test("what cannot be explained is refused at once, whole", () => {
  const fail = (input, options) => {
    try {
      scorer.explainMany(input, options);
    } catch (error) {
      return [error.code, ...error.problems.map(({ field, rule, value }) => `${field}: ${rule}: ${value}`)];
    }
    throw new Error("no error");
  };
  assert.deepEqual(fail(records, { rows: 0, seed: -1 }), ["argument_invalid", "rows: bounds: 0", "seed: bounds: -1"]);
  assert.deepEqual(fail(records, { rows: "5" }), ["argument_invalid", "rows: type: 5"]);
  assert.deepEqual(fail(records, { budget: 0, row: 5 }), ["argument_invalid", "budget: bounds: 0", "row: unknown: 5"]);
  assert.equal(fail({})[0], "columns_invalid");
  assert.equal(fail(7)[0], "argument_invalid");
});

test("importance is the mean of the absolute contributions, with a column for each field", async () => {
  const progress = [];
  const found = await scorer.importance(records, { onProgress: (at) => progress.push(at) });
  assert.deepEqual(progress.at(-1), { done: 40, total: 40 });
  assert.deepEqual([found.rows.length, found.totalRows, found.sampled, found.errorCount], [40, 40, false, 0]);
  assert.deepEqual(found.fields.map(({ field }) => field).sort(), schema.fields.map(({ name }) => name).sort());
  for (const [index, { field, meanAbsolute, mean }] of found.fields.entries()) {
    assert.ok(index === 0 || meanAbsolute <= found.fields[index - 1].meanAbsolute);
    const column = [...found.contributions(field)];
    const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(average(column.map(Math.abs)) - meanAbsolute) < 1e-9 && Math.abs(average(column) - mean) < 1e-9);
    const cells = records.map((record) => scorer.row(record)[schema.fields.findIndex(({ name }) => name === field)]);
    assert.deepEqual([...found.values(field)], cells);
  }
  const sample = await scorer.importance(columns, { rows: 5 });
  assert.deepEqual([sample.rows.length, sample.totalRows, sample.sampled], [5, 40, true]);
  assert.throws(() => found.contributions("nobody"), { code: "argument_invalid" });
  const none = await scorer.importance([]);
  assert.deepEqual([none.rows.length, none.fields.length, none.fields[0].meanAbsolute], [0, width, 0]);
});

test("dependence has the field's points, and a colour that explains their spread", async () => {
  const found = await scorer.importance(sampleRecords(schema, 400));
  let coloured = 0;
  for (const { name, kind } of schema.fields) {
    const { field, value, contribution, categories, color } = found.dependence(name);
    assert.deepEqual([field, value, contribution], [name, found.values(name), found.contributions(name)]);
    assert.equal(categories !== undefined, kind === "category" || kind === "flag");
    if (color === undefined) continue;
    coloured += 1;
    assert.ok(color.field !== name && color.strength > 0 && color.strength <= 1);
    assert.deepEqual(color.value, found.values(color.field));
  }
  assert.ok(coloured > 0);
  assert.throws(() => found.dependence("nobody"), { code: "argument_invalid" });
});
