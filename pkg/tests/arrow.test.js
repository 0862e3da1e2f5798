/**
 * Tables of Apache Arrow score like plain arrays, bit by bit: random tables with nulls, chunks,
 * dictionaries and slices, made by `apache-arrow` and read back by it and by `@uwdata/flechette`.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as flechette from "@uwdata/flechette";
import * as arrow from "apache-arrow";
import { load } from "tenure";
import { createPool } from "tenure/pool";
import { artifactPath, changedArtifact, datedArtifact, fieldOf, sampleRecords } from "./artifact.js";
import { generator } from "./random.js";
import { readmeApp } from "./readme.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const ROWS = 6000;
const records = sampleRecords(schema, ROWS);

/** Words of 32 bits of a whole number, the lowest first, as decimals of 128 bits have them. */
const words = (whole) =>
  Uint32Array.from({ length: 4 }, (_, word) => Number((BigInt(whole) >> BigInt(32 * word)) & 0xffff_ffffn));

function decimals(values, scale) {
  const data = new Uint32Array(4 * values.length);
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    // The words of a null are not 0, so that a test that reads them fails.
    data.set(words(value === null ? 99_999 : Math.round(value * 10 ** scale)), 4 * row);
    if (value !== null) bits[row >> 3] |= 1 << (row & 7);
  });
  const type = new arrow.Decimal(scale, 20, 128);
  const nullCount = values.filter((value) => value === null).length;
  return arrow.makeVector(arrow.makeData({ type, length: values.length, nullCount, nullBitmap: bits, data }));
}

/** Numbers in a buffer with other numbers where a null is. */
function buffered(type, values) {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (value !== null) bits[row >> 3] |= 1 << (row & 7);
  });
  const data = type.ArrayType.from(values, (value) => value ?? (type.bitWidth === 64 ? 7n : 7));
  const nullCount = values.filter((value) => value === null).length;
  return arrow.makeVector(arrow.makeData({ type, length: values.length, nullCount, nullBitmap: bits, data }));
}

const typed = (type) => (values) => arrow.vectorFromArray(values, type);
/** A dictionary, which has an id of its own in each column. */
const dictionary = (values, positions) => typed(new arrow.Dictionary(values, positions));
const whole = (change) => (values) => values.map((value) => (value === null ? null : change(Math.ceil(value))));
const text = (value) => (value === null ? null : String(value));

/** Kinds of columns for each kind of field: the values, and a chunk of them. */
const KINDS = {
  number: [
    { make: (values) => buffered(new arrow.Float64(), values) },
    { map: (values) => values.map((value) => value && Math.fround(value)), make: typed(new arrow.Float32()) },
    { map: whole(Number), make: (values) => buffered(new arrow.Int32(), values) },
    { map: whole(Number), make: (values) => buffered(new arrow.Uint16(), values) },
    { map: whole(BigInt), make: (values) => buffered(new arrow.Int64(), values) },
    { map: whole(BigInt), make: typed(new arrow.Uint64()) },
    {
      map: (values) => values.map((value) => value && Number(value.toFixed(2))),
      make: (values) => decimals(values, 2),
    },
    { column: () => dictionary(new arrow.Float64(), new arrow.Int32()) },
    { map: (values) => values.map(text), make: typed(new arrow.Utf8()) },
  ],
  category: [
    { make: typed(new arrow.Utf8()) },
    { make: typed(new arrow.LargeUtf8()) },
    { column: () => dictionary(new arrow.Utf8(), new arrow.Int32()) },
    { column: () => dictionary(new arrow.Utf8(), new arrow.Int8()) },
    { column: () => dictionary(new arrow.LargeUtf8(), new arrow.Uint16()) },
  ],
};
KINDS.flag = [
  ...KINDS.category,
  {
    map: (values, { positive }) => values.map((value) => (value === null ? null : value === positive)),
    make: typed(new arrow.Bool()),
  },
];

/** A vector of the values: in chunks, and each a slice of a longer one. */
function vectorOf(values, make, random) {
  const parts = [];
  for (let start = 0; start < values.length; ) {
    const end = random.pick([values.length, Math.min(values.length, start + 1 + random.below(3000))]);
    const part = values.slice(start, end);
    // Rows before and behind, which are not in the slice.
    const before = random.below(20);
    const others = (count) => Array.from({ length: count }, () => random.pick(part));
    const longer = make([...others(before), ...part, ...others(random.below(20))]);
    parts.push(longer.slice(before, before + part.length));
    start = end;
  }
  return parts.length === 1 ? parts[0] : parts[0].concat(...parts.slice(1));
}

/**
 * A random table: plain columns, vectors of the same values, and vectors whose chunks have one
 * dictionary. flechette 2.4 reads all chunks with the last one.
 */
function randomTable(random) {
  const rows = 1 + random.below(ROWS);
  const start = random.below(ROWS);
  const plain = {};
  const vectors = {};
  const shared = {};
  for (const field of schema.fields) {
    const { map = (values) => values, make, column = () => make } = random.pick(KINDS[field.kind]);
    const share = random.pick([0, 0, 0.1, 0.7]);
    const given = Array.from({ length: rows }, (_, row) =>
      random.next() < share ? null : records[(start + row) % ROWS][field.name],
    );
    plain[field.name] = map(given, field);
    const { [field.name]: values } = plain;
    const vector = vectorOf(values, column(), random);
    vectors[field.name] = vector;
    const isDictionary = new Set(vector.data.map((chunk) => chunk.dictionary)).size > 1;
    shared[field.name] = isDictionary ? column()(values) : vector;
  }
  return { plain, vectors, shared };
}

for (const seed of Array.from({ length: 40 }, (_, seed) => seed)) {
  test(`a random table scores like plain arrays (seed ${seed})`, async () => {
    const { plain, vectors, shared } = randomTable(generator(seed));
    const expected = scorer.scoreMany(plain);
    assert.deepEqual(scorer.scoreMany(vectors), expected, "an object of vectors");
    const table = new arrow.Table(vectors);
    assert.deepEqual(scorer.scoreMany(table), expected, "a table");
    const bytes = arrow.tableToIPC(table);
    assert.deepEqual(scorer.scoreMany(arrow.tableFromIPC(bytes)), expected, "a table from bytes");
    for (const options of [{}, { useBigInt: true, useDecimalInt: true, useDate: true }]) {
      const read = flechette.tableFromIPC(arrow.tableToIPC(new arrow.Table(shared)), options);
      assert.deepEqual(scorer.scoreMany(read), expected, "flechette");
    }
    const blocks = scorer.scoreBlocks();
    const parts = table.batches.map((batch) => blocks.score(batch));
    assert.deepEqual(
      parts.flatMap(({ logit }) => Array.from(logit)),
      Array.from(expected.logit),
    );
    const { summary, problems } = blocks.finish();
    assert.deepEqual([summary, problems], [expected.summary, expected.problems]);
    const { device, reason, ...scores } = await scorer.scoreManyAsync(table);
    assert.deepEqual([device, scores], ["cpu", expected]);
  });
}

test("Utf8View, and a null type", () => {
  const field = fieldOf(schema, "category");
  const given = records.slice(0, 500).map((record, row) => (row % 9 === 0 ? null : record[field.name]));
  const rest = Object.fromEntries(
    schema.fields.map(({ name }) => [name, records.slice(0, 500).map((record) => record[name])]),
  );
  const strings = given.map((value) => value ?? "not this");
  const bits = new Uint8Array(63);
  given.forEach((value, row) => {
    if (value !== null) bits[row >> 3] |= 1 << (row & 7);
  });
  // A view has the length, then up to 12 bytes, or 4 of them with a buffer and a place in it.
  const views = new DataView(new ArrayBuffer(16 * strings.length));
  const heap = [];
  strings.forEach((value, row) => {
    const bytes = new TextEncoder().encode(value);
    views.setInt32(16 * row, bytes.length, true);
    bytes.slice(0, bytes.length > 12 ? 4 : 12).forEach((byte, at) => views.setUint8(16 * row + 4 + at, byte));
    if (bytes.length <= 12) return;
    views.setInt32(16 * row + 12, heap.length, true);
    heap.push(...bytes);
  });
  const vector = arrow.makeVector(
    arrow.makeData({
      type: new arrow.Utf8View(),
      length: 500,
      nullCount: given.filter((value) => value === null).length,
      nullBitmap: bits,
      views: new Uint8Array(views.buffer),
      variadicBuffers: [Uint8Array.from(heap)],
    }),
  );
  assert.deepEqual(
    scorer.scoreMany({ ...rest, [field.name]: vector }),
    scorer.scoreMany({ ...rest, [field.name]: given }),
  );
  const nothing = arrow.makeVector(arrow.makeData({ type: new arrow.Null(), length: 500 }));
  assert.deepEqual(
    scorer.scoreMany({ ...rest, [field.name]: nothing }),
    scorer.scoreMany({ ...rest, [field.name]: new Array(500).fill(null) }),
  );
});

test("dates and timestamps are dates, times and durations are hours", async () => {
  const days = ["2024-01-30", null, "2023-11-02", "2024-01-31"];
  const moments = days.map((day) => (day === null ? null : new Date(`${day}T12:00Z`)));
  const rest = Object.fromEntries(
    schema.fields.map(({ name }) => [name, records.slice(0, 4).map((record) => record[name])]),
  );
  for (const keys of [{}, { format: "unix" }]) {
    const { name, bytes } = datedArtifact("2024-01-31", keys);
    const dated = await load(bytes);
    const at = (column) => dated.scoreMany({ ...rest, [name]: column });
    const both = (vector, expected) => {
      const table = new arrow.Table({ ...Object.fromEntries(Object.entries(rest).map(vectors)), [name]: vector });
      assert.deepEqual(at(vector), expected, String(vector.type));
      const read = flechette.tableFromIPC(arrow.tableToIPC(table), { useDate: keys.format !== undefined });
      assert.deepEqual(at(read.getChild(name)), expected, `flechette ${vector.type}`);
    };
    const vectors = ([key, column]) => [key, arrow.vectorFromArray(column)];
    const atNoon = at(moments);
    const atMidnight = at(days.map((day) => (day === null ? null : new Date(day))));
    assert.equal(atNoon.errorCount, 0);
    both(arrow.vectorFromArray(moments, new arrow.DateDay()), atMidnight);
    both(arrow.vectorFromArray(moments, new arrow.DateMillisecond()), atNoon);
    for (const Timestamp of [
      arrow.TimestampSecond,
      arrow.TimestampMillisecond,
      arrow.TimestampMicrosecond,
      arrow.TimestampNanosecond,
    ]) {
      const milliseconds = moments.map((moment) => moment?.getTime() ?? null);
      both(arrow.vectorFromArray(milliseconds, new Timestamp()), atNoon);
    }
    dated.dispose();
  }

  const { name, bytes } = changedArtifact((field) => ({ name: field.name, kind: "number", format: "time" }));
  const timed = await load(bytes);
  const hours = [14.5, null, 0, 7.25];
  const expected = timed.scoreMany({ ...rest, [name]: hours });
  for (const [type, factor, big] of [
    [new arrow.TimeSecond(), 1, Number],
    [new arrow.TimeMillisecond(), 1e3, Number],
    [new arrow.TimeMicrosecond(), 1e6, BigInt],
    [new arrow.TimeNanosecond(), 1e9, BigInt],
    [new arrow.DurationMillisecond(), 1e3, BigInt],
  ]) {
    const vector = arrow.vectorFromArray(
      hours.map((hour) => (hour === null ? null : big(hour * 3600 * factor))),
      type,
    );
    assert.deepEqual(timed.scoreMany({ ...rest, [name]: vector }), expected, String(type));
  }
  timed.dispose();
});

test("a decimal is the nearest number, also below 0 and beyond 64 bits", async () => {
  const { name, bytes } = changedArtifact((field) => ({ name: field.name, kind: "number" }));
  const wide = await load(bytes);
  const rest = Object.fromEntries(
    schema.fields.map((field) => [field.name, records.slice(0, 3).map((record) => record[field.name])]),
  );
  const [negative, large, small] = [-1234567n, 123456789012345678901234567n, 1n];
  const data = new Uint32Array([...words(negative), ...words(large), ...words(small)]);
  const type = new arrow.Decimal(10, 38, 128);
  const vector = arrow.makeVector(arrow.makeData({ type, length: 3, nullCount: 0, data }));
  const numbers = [-1234567e-10, Number("12345678901234567.8901234567"), 1e-10];
  assert.deepEqual(wide.scoreMany({ ...rest, [name]: vector }), wide.scoreMany({ ...rest, [name]: numbers }));
  wide.dispose();
});

test("columns that are absent or of another length are named", () => {
  const vectors = Object.fromEntries(
    schema.fields.map(({ name }) => [name, arrow.vectorFromArray(records.slice(0, 5).map((record) => record[name]))]),
  );
  const [first, second] = schema.fields;
  const { [first.name]: _, ...others } = vectors;
  assert.throws(() => scorer.scoreMany(new arrow.Table(others)), {
    code: "columns_invalid",
    problems: [{ field: first.name, rule: "absent", value: "nothing", message: "must be among the columns" }],
  });
  assert.throws(() => scorer.scoreMany({ ...vectors, [second.name]: vectors[second.name].slice(1) }), {
    code: "columns_invalid",
    message: new RegExp(`${second.name} must have 5 rows`),
  });
  const list = arrow.vectorFromArray(
    [[1], [2], [3], [4], [5]],
    new arrow.List(new arrow.Field("item", new arrow.Int32())),
  );
  const { problems, errorCount } = scorer.scoreMany({ ...vectors, [second.name]: list });
  assert.equal(errorCount, 5);
  assert.deepEqual([problems[0].field, problems[0].rule], [second.name, "type"]);
});

test("a pool and explanations take tables", async () => {
  const { plain, vectors } = randomTable(generator(99));
  const table = new arrow.Table(vectors);
  const pool = await createPool(artifactPath(), { size: 1 });
  assert.deepEqual(await pool.scoreMany(table), scorer.scoreMany(plain));
  assert.deepEqual(await pool.scoreMany(vectors), scorer.scoreMany(plain));
  const [one, other] = await Promise.all([
    pool.importance(table, { rows: 20 }),
    scorer.importance(plain, { rows: 20 }),
  ]);
  assert.deepEqual(one.fields, other.fields);
  assert.equal(one.totalRows, table.numRows);
  const explained = async (blocks) => {
    const rows = [];
    for await (const { contributions } of blocks) rows.push(...contributions);
    return rows;
  };
  const expected = await explained(scorer.explainMany(plain, { rows: 10 }));
  assert.deepEqual(await explained(scorer.explainMany(table, { rows: 10 })), expected);
  assert.deepEqual(await explained(pool.explainMany(table, { rows: 10 })), expected);
  pool.dispose();
});

test("the README's example scores a file of Arrow and writes one", () => {
  const rows = records.slice(0, 10);
  const columns = Object.fromEntries(schema.fields.map(({ name }) => [name, rows.map((record) => record[name])]));
  const vectors = Object.entries(columns).map(([name, column]) => [name, arrow.vectorFromArray(column)]);
  const app = readmeApp({ "customers.arrow": arrow.tableToIPC(new arrow.Table(Object.fromEntries(vectors))) });
  assert.equal(app.run("arrow.js"), "10 0\n");
  const table = arrow.tableFromIPC(app.read("scores.arrow"));
  assert.deepEqual(Array.from(table.getChild("probability")), Array.from(scorer.scoreMany(rows).probability));
  assert.equal(
    table.schema.fields.map(({ name, type }) => `${name}: ${type}`).join(),
    "probability: Float32,logit: Float32,tier: Uint8",
  );
});
