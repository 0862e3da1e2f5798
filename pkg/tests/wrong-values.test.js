/**
 * Every wrong kind of value, in every argument and option of every public method: the call works, or
 * throws a TenureError with a sentence. Random combinations follow, which a seed repeats.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { load, TenureError } from "tenure";
import { createHandler } from "tenure/edge";
import { createPool } from "tenure/pool";
import { scoreStream } from "tenure/stream";
import { sampleRecords as testingRecords } from "tenure/testing";
import { artifactPath, datedArtifact, sampleRecords } from "./artifact.js";
import { generator } from "./random.js";

const path = artifactPath();
const scorer = await load(path);
const dated = datedArtifact("2024-01-31");
const datedScorer = await load(dated.bytes);
const { schema } = scorer;
const names = schema.fields.map(({ name }) => name);
const records = sampleRecords(schema, 12);
const columns = Object.fromEntries(names.map((name) => [name, records.map((record) => record[name])]));

class Own {
  constructor() {
    this.length = 3;
  }
}
const detached = new Float64Array(12);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Values of every kind. None of them runs code of its own. */
const VALUES = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.5,
  3,
  1e300,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 53,
  7n,
  -(2n ** 70n),
  "",
  " ",
  "text",
  "2024-02-30",
  "\ud800",
  "__proto__",
  "x".repeat(10_000),
  Symbol("own"),
  Symbol.iterator,
  () => 1,
  async () => 1,
  class {},
  [],
  // biome-ignore lint/suspicious/noSparseArray: holes are wrong values too.
  [1, , 3],
  new Array(12),
  [[], [1]],
  {},
  Object.create(null),
  Object.freeze({ frozen: true }),
  { length: 12 },
  { get: 1, data: [], type: { typeId: 2 } },
  { get: () => 1, data: [], type: { typeId: 99 }, length: 12 },
  { get: () => 1, data: [{}], type: { typeId: 2, bitWidth: 32 }, length: 12 },
  { get: () => 1, data: [{ length: 12, nullCount: 3 }], type: { typeId: -1 }, length: 12 },
  { get: () => ({}), data: [], type: { typeId: 7 }, length: 12 },
  { getChild: 1 },
  { getChild: () => 3 },
  { codes: [], categories: [] },
  { codes: new Uint8Array(12), categories: null },
  { codes: new Uint8Array(12), categories: [] },
  { codes: new Float32Array(12), categories: ["a"] },
  { codes: new Int8Array(12).fill(-2), categories: [Symbol("a"), {}] },
  { codes: new BigInt64Array(12), categories: ["a"] },
  new Own(),
  new Map([["a", 1]]),
  new Set([1]),
  new WeakMap(),
  new Date(),
  new Date(Number.NaN),
  /pattern/g,
  new Error("own"),
  Promise.resolve(1),
  new Proxy({}, {}),
  new Proxy([], {}),
  new Proxy(() => 1, {}),
  Object("boxed"),
  Object(1),
  Object(1n),
  Object(Symbol("boxed")),
  new ArrayBuffer(8),
  new SharedArrayBuffer(8),
  new DataView(new ArrayBuffer(8)),
  new Uint8Array(0),
  new Uint8Array(12),
  new Float64Array(12).fill(Number.NaN),
  new Float64Array(names.length),
  new BigInt64Array(12),
  new BigUint64Array(3),
  detached,
  new URL("https://example.invalid/"),
  new Response("text"),
  new AbortController().signal,
  globalThis,
  Math,
  JSON,
  runInNewContext("[1, 2]"),
  runInNewContext("({ a: 1 })"),
  runInNewContext("new Date(0)"),
  runInNewContext("new Float64Array(12)"),
  runInNewContext("new Error('other')"),
  runInNewContext("(function () { return arguments; })(1)"),
];

const shown = (value) => {
  try {
    return typeof value === "object" && value !== null
      ? Object.prototype.toString.call(value)
      : String(value).slice(0, 40);
  } catch {
    return "a proxy";
  }
};

/** Runs a call to its end. Whatever it throws must be a TenureError with a code and a sentence. */
async function survives(call, what) {
  try {
    const result = await call();
    if (result !== null && typeof result === "object" && Symbol.asyncIterator in result) {
      for await (const _ of result) break;
    }
  } catch (error) {
    assert.ok(error instanceof TenureError, `${what}: ${error?.stack ?? String(error)}`);
    assert.match(error.code, /^[a-z_0-9]+$/, what);
    assert.ok(error.message.length > 10, what);
    for (const problem of error.problems) {
      for (const key of ["field", "rule", "value", "message"])
        assert.equal(typeof problem[key], "string", `${what}: ${key}`);
    }
  }
}

/** Methods of a scorer with good arguments, and the names of the options in the last of them. */
const METHODS = {
  score: [[records[0]]],
  row: [[records[0]]],
  scoreRow: [[scorer.row(records[0])]],
  cell: [[names[0], 1]],
  explain: [
    [records[0], {}],
    ["budget", "tolerance", "seed", "interactions"],
  ],
  counterfactuals: [
    [records[0], {}],
    ["threshold", "count", "fields"],
  ],
  scoreMany: [[records, {}], ["problemLimit"]],
  scoreManyAsync: [
    [records, {}],
    ["problemLimit", "signal"],
  ],
  scoreBlocks: [[{}], ["problemLimit"]],
  explainMany: [
    [records, {}],
    ["rows", "budget", "tolerance", "seed", "signal"],
  ],
  importance: [
    [records, { rows: 2 }],
    ["rows", "budget", "tolerance", "seed", "signal", "onProgress"],
  ],
  model: [[]],
  device: [[]],
};

test("every public method is among those tested", () => {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(scorer));
  assert.deepEqual(methods.sort(), [...Object.keys(METHODS), "constructor", "dispose"].sort());
});

for (const [method, [good, options = []]] of Object.entries(METHODS)) {
  test(`${method}: no wrong value throws an error of JavaScript`, async () => {
    for (const value of VALUES) {
      for (const [place] of [...good, undefined].entries()) {
        const given = [...good];
        given[place] = value;
        await survives(() => scorer[method](...given), `${method} argument ${place}: ${shown(value)}`);
      }
      for (const option of options) {
        // What a callback throws is the caller's.
        if (option === "onProgress" && /^class/.test(shown(value))) continue;
        const given = [...good.slice(0, -1), { ...good.at(-1), [option]: value }];
        await survives(() => scorer[method](...given), `${method} { ${option}: ${shown(value)} }`);
      }
    }
  });
}

test("records, columns and lists of wrong values", async () => {
  for (const value of VALUES) {
    for (const name of names.slice(0, 6)) {
      const record = { ...records[0], [name]: value };
      await survives(() => scorer.score(record), `${name}: ${shown(value)}`);
      await survives(() => scorer.explain(record, { budget: 2000 }), `${name}: ${shown(value)}`);
      await survives(() => scorer.counterfactuals(record), `${name}: ${shown(value)}`);
      await survives(() => scorer.cell(name, value), `cell ${name}: ${shown(value)}`);
      await survives(() => scorer.scoreMany([record, value, record]), `a list with ${shown(value)}`);
      await survives(() => scorer.scoreMany({ ...columns, [name]: value }), `the column ${name}: ${shown(value)}`);
      await survives(
        () => scorer.scoreMany({ ...columns, [name]: new Array(12).fill(value) }),
        `${name} full of ${shown(value)}`,
      );
      await survives(
        () => scorer.explainMany({ ...columns, [name]: value }),
        `explain the column ${name}: ${shown(value)}`,
      );
    }
    await survives(() => datedScorer.score({ ...records[0], [dated.name]: value }), `a date: ${shown(value)}`);
    const blocks = scorer.scoreBlocks();
    await survives(() => blocks.score(value), `a block: ${shown(value)}`);
    blocks.finish();
  }
});

test("holes of sparse arrays mark their rows, wherever they are", async () => {
  const [first, , third] = records;
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
  const sparse = [first, , third];
  const { flags, problems } = scorer.scoreMany(sparse);
  assert.deepEqual(
    [...flags].map((flag) => flag === 2),
    [false, true, false],
  );
  assert.deepEqual(
    problems.find(({ row }) => row === 1),
    { row: 1, field: "record", rule: "type", value: "a hole of the array", message: "must be a plain object" },
  );
  assert.equal((await scorer.scoreManyAsync(sparse)).errorCount, 1);
  assert.equal(scorer.scoreBlocks().score(sparse).errorCount, 1);
  assert.equal((await scorer.importance(sparse)).errorCount, 1);
  assert.equal(scorer.scoreMany(new Array(5)).errorCount, 5);
  const column = [...columns[names[0]]];
  delete column[4];
  assert.equal(scorer.scoreMany({ ...columns, [names[0]]: column }).errorCount, 1);
  for (const categories of [new Array(2), []]) {
    const dictionary = { codes: new Uint8Array(12), categories };
    assert.equal(scorer.scoreMany({ ...columns, [names[0]]: dictionary }).errorCount, 12);
  }
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
  assert.throws(() => scorer.counterfactuals(first, { fields: [, names[0]] }), {
    name: "TenureError",
    code: "argument_invalid",
  });
});

test("a Date of another realm is a date", () => {
  const own = datedScorer.score({ ...records[0], [dated.name]: new Date("2024-01-01") });
  const foreign = runInNewContext('new Date("2024-01-01")');
  assert.ok(!(foreign instanceof Date));
  const record = { ...records[0], [dated.name]: foreign };
  assert.deepEqual(datedScorer.score(record), own);
  assert.deepEqual([...datedScorer.scoreMany([record]).logit], [Math.fround(own.logit)]);
  const column = { ...Object.fromEntries(names.map((name) => [name, [record[name]]])), [dated.name]: [foreign] };
  assert.deepEqual([...datedScorer.scoreMany(column).logit], [Math.fround(own.logit)]);
});

test("load, createPool, createHandler, scoreStream and sampleRecords", async () => {
  const slow = new Set(["size", "wasm", "worker", "artifact"]);
  for (const value of VALUES) {
    const what = shown(value);
    // A global object would be fetched as an address, and a text is a path.
    if (typeof value !== "string" && !(value instanceof URL)) {
      await survives(() => load(value), `load(${what})`);
      await survives(() => createPool(value, { size: 1 }).then((pool) => pool.dispose()), `createPool(${what})`);
    }
    await survives(() => load(path, value), `load(path, ${what})`);
    for (const option of ["device", "gpu", "reference", "locale", "integrity", "publicKey", "signature"]) {
      await survives(() => load(path, { [option]: value }), `load { ${option}: ${what} }`);
      if (option === "reference")
        await survives(() => load(dated.bytes, { [option]: value }), `a dated model { ${option}: ${what} }`);
    }
    if (!(typeof value === "number" && value > 8)) {
      await survives(
        () => createPool(path, { size: value ?? 1 }).then((pool) => pool.dispose()),
        `createPool { size: ${what} }`,
      );
    }
    await survives(() => createHandler(value), `createHandler(${what})`);
    for (const option of [
      "base",
      "limits",
      "routes",
      "authorize",
      "cors",
      "strict",
      "identify",
      "onEvent",
      "metrics",
      "models",
      "scorer",
      "artifact",
    ]) {
      const options = ["models", "scorer", "artifact"].includes(option) ? {} : { scorer };
      await survives(async () => {
        const handle = createHandler({ ...options, [option]: value });
        if (!slow.has(option))
          await handle(
            new Request("https://edge.example/v1/score", {
              method: "POST",
              body: "{}",
              headers: { "content-type": "application/json" },
            }),
          );
      }, `createHandler { ${option}: ${what} }`);
    }
    await survives(() => scoreStream(value), `scoreStream(${what})`);
    for (const option of ["format", "delimiter", "problemLimit"]) {
      await survives(
        () =>
          scoreStream(scorer, {
            format: option === "delimiter" ? "csv" : undefined,
            [option]: value,
          }).readable.cancel(),
        `scoreStream { ${option}: ${what} }`,
      );
    }
    await survives(async () => {
      const { writable, readable } = scoreStream(scorer);
      const writer = writable.getWriter();
      const [written] = await Promise.allSettled([writer.write(value), readable.getReader().read(), writer.close()]);
      if (written.status === "rejected") throw written.reason;
    }, `a stream of ${what}`);
    await survives(() => testingRecords(value, 1), `sampleRecords(${what})`);
    await survives(
      () => testingRecords(schema, typeof value === "number" && value > 100 ? 3 : value),
      `sampleRecords(schema, ${what})`,
    );
  }
});

test("random combinations of wrong values", async () => {
  const random = generator(20_261_130);
  const pick = () => random.pick(VALUES);
  /** A value, or an object or list of values. */
  const wrong = () => {
    switch (random.below(5)) {
      case 0:
        return Array.from({ length: random.below(4) }, pick);
      case 1:
        return Object.fromEntries(names.map((name) => [name, random.below(3) === 0 ? pick() : records[0][name]]));
      case 2:
        return Object.fromEntries(names.map((name) => [name, random.below(9) === 0 ? pick() : columns[name]]));
      case 3:
        return Object.fromEntries([[random.pick(["rows", "budget", "problemLimit", "signal", "fields"]), pick()]]);
      default:
        return pick();
    }
  };
  const methods = Object.keys(METHODS);
  for (let round = 0; round < 4000; round++) {
    const method = random.pick(methods);
    const parameters = Array.from({ length: random.below(4) }, wrong);
    await survives(
      () => scorer[method](...parameters),
      `round ${round}: ${method}(${parameters.map(shown).join(", ")})`,
    );
  }
  // The scorer is unharmed.
  const fresh = await load(path);
  assert.deepEqual(scorer.scoreMany(records), fresh.scoreMany(records));
});

test("a pool refuses wrong values as a scorer does", async () => {
  const pool = await createPool(path, { size: 1 });
  for (const value of VALUES.filter((_, at) => at % 3 === 0)) {
    for (const method of [
      "score",
      "scoreMany",
      "row",
      "scoreRow",
      "cell",
      "explain",
      "counterfactuals",
      "explainMany",
      "importance",
      "model",
      "device",
    ]) {
      await survives(() => pool[method](value), `${method}(${shown(value)})`);
      await survives(() => pool[method](records[0], value), `${method}(record, ${shown(value)})`);
    }
  }
  pool.dispose();
});
