/**
 * Many rows: all kinds of columns give the same scores, bad rows are marked, bad columns are
 * refused.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, TenureError } from "tenure";
import { artifactPath, fieldOf, sampleRecord, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const number = fieldOf(schema, "number", ({ minimum }) => minimum !== undefined);
const flag = fieldOf(schema, "flag");
/** More than two blocks of 4,096 rows, and not a multiple of a block. */
const ROWS = 10_001;
const records = sampleRecords(schema, ROWS);

const categoriesOf = (field) => (field.kind === "flag" ? [field.negative, field.positive] : field.categories);

/** Columns of the records. `number` and `category` make a column of that kind. */
function columnsOf(rows, numbers = (values) => values, categories = (values) => values) {
  const column = (field) => {
    const values = rows.map((row) => row[field.name]);
    return field.kind === "number" ? numbers(values, field) : categories(values, field);
  };
  return Object.fromEntries(schema.fields.map((field) => [field.name, column(field)]));
}

function dictionary(Codes, order) {
  return (values, field) => {
    const categories = order(categoriesOf(field));
    return { codes: Codes.from(values, (value) => categories.indexOf(value)), categories };
  };
}

/** The TenureError that `run` throws. */
function thrown(run) {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof TenureError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("records in a list score as one by one", () => {
  const { probability, logit, tier, flags, errorCount } = scorer.scoreMany(records);
  assert.deepEqual(
    [probability.length, logit.length, tier.length, flags.length, errorCount],
    [ROWS, ROWS, ROWS, ROWS, 0],
  );
  records.forEach((record, row) => {
    const score = scorer.score(record);
    assert.ok(
      Math.abs(score.probability - probability[row]) < 1e-6 && Math.abs(score.logit - logit[row]) < 1e-5,
      `row ${row}`,
    );
    assert.deepEqual([tier[row], flags[row]], [score.tier, score.problems.length === 0 ? 0 : 1]);
  });
});

test("every shape of column gives the same scores", () => {
  const expected = scorer.scoreMany(records);
  const reverse = (list) => [...list].reverse();
  const same = (list) => list;
  const shapes = {
    "plain arrays": columnsOf(records),
    "numbers as text": columnsOf(records, (values) => values.map(String)),
    "Float64Array, bytes": columnsOf(records, (values) => Float64Array.from(values), dictionary(Uint8Array, same)),
    "bytes in another order": columnsOf(records, undefined, dictionary(Uint8Array, reverse)),
    "16 bits": columnsOf(records, undefined, dictionary(Uint16Array, same)),
    "32 bits in another order": columnsOf(records, undefined, dictionary(Int32Array, reverse)),
    "numbers by dictionary": columnsOf(records, (values) => {
      const categories = [...new Set(values)];
      return { codes: Uint32Array.from(values, (value) => categories.indexOf(value)), categories };
    }),
  };
  for (const [name, columns] of Object.entries(shapes)) assert.deepEqual(scorer.scoreMany(columns), expected, name);
});

test("other element types are converted", () => {
  const whole = records.slice(0, 100).map((record) => ({ ...record, [number.name]: Math.ceil(record[number.name]) }));
  const expected = scorer.scoreMany(whole);
  for (const Numbers of [Float32Array, Int32Array, Uint32Array, Int16Array, Uint16Array]) {
    const columns = { ...columnsOf(whole), [number.name]: Numbers.from(whole, (record) => record[number.name]) };
    assert.deepEqual(scorer.scoreMany(columns), expected, Numbers.name);
  }
});

test("numbers in a category field are matched by their text", () => {
  const rows = records.slice(0, 50);
  const codes = rows.map((_, row) => row % 3);
  const text = scorer.scoreMany({ ...columnsOf(rows), [flag.name]: codes.map(String) });
  const typed = scorer.scoreMany({ ...columnsOf(rows), [flag.name]: Uint8Array.from(codes) });
  assert.deepEqual(typed, text);
  const missing = scorer.scoreMany({ ...columnsOf(rows), [flag.name]: new Float64Array(50).fill(Number.NaN) });
  assert.deepEqual(
    missing.logit,
    scorer.scoreMany({ ...columnsOf(rows), [flag.name]: new Array(50).fill(null) }).logit,
  );
});

test("one value, however it is written, in every shape of column", () => {
  const rows = records.slice(0, 4);
  const of = (column) => scorer.scoreMany({ ...columnsOf(rows), [flag.name]: column });
  const expected = of([flag.positive, flag.negative, flag.positive, flag.negative]);
  const columns = [
    [true, false, true, false],
    [1, 0, 1n, 0n],
    ["TRUE", "no", "1.0", "N"],
    Uint8Array.of(1, 0, 1, 0),
    Float64Array.of(1, -0, 1, 0),
    { codes: Uint8Array.of(1, 0, 1, 0), categories: [false, true] },
    { codes: Int32Array.of(1, 0, 2, 0), categories: ["F", "yes", "T"] },
  ];
  for (const column of columns) assert.deepEqual(of(column), expected);
});

test("what is no value is an error of its row", () => {
  const rows = records.slice(0, 4);
  for (const { name } of schema.fields) {
    for (const column of [
      [{}, [], () => 1, Symbol("one")],
      { codes: Uint8Array.of(0, 0, 1, 1), categories: [{}, []] },
    ]) {
      const { flags, errorCount, problems } = scorer.scoreMany({ ...columnsOf(rows), [name]: column });
      assert.deepEqual([[...flags], errorCount], [[2, 2, 2, 2], 4], name);
      assert.equal(problems.filter(({ field, rule }) => field === name && rule === "type").length, 4);
    }
  }
});

test("missing: NaN, null, the empty text, a negative code", () => {
  const rows = records.slice(0, 4);
  const { logit } = scorer.scoreMany(rows.map((record) => ({ ...record, [number.name]: null, [flag.name]: null })));
  const numbers = [
    new Float64Array(4).fill(Number.NaN),
    new Float32Array(4).fill(Number.NaN),
    ["", null, " ", null],
    { codes: new Int8Array(4).fill(-1), categories: [] },
  ];
  const flags = [
    ["", null, " ", null],
    { codes: new Int8Array(4).fill(-1), categories: ["x"] },
    { codes: new Uint8Array(4), categories: [null] },
    { codes: new Uint16Array(4), categories: [""] },
  ];
  for (const column of numbers) {
    for (const categories of flags) {
      assert.deepEqual(
        scorer.scoreMany({ ...columnsOf(rows), [number.name]: column, [flag.name]: categories }).logit,
        logit,
      );
    }
  }
});

test("a bad row keeps its place, is listed, and leaves its neighbours alone", () => {
  const good = scorer.scoreMany(records);
  const bad = [...records];
  bad[5] = { ...records[5], [number.name]: "1,234" };
  bad[4095] = { ...records[4095], [number.name]: number.minimum - 1, [flag.name]: Number.NaN };
  bad[9000] = {};
  const inputs = { records: bad, columns: columnsOf(bad) };
  for (const [name, input] of Object.entries(inputs)) {
    const { probability, logit, tier, flags, problems, errorCount } = scorer.scoreMany(input, { problemLimit: ROWS });
    assert.equal(errorCount, 3, name);
    for (let row = 0; row < ROWS; row++) {
      if (bad[row] === records[row]) {
        assert.deepEqual(
          [probability[row], logit[row], tier[row], flags[row]],
          [good.probability[row], good.logit[row], good.tier[row], good.flags[row]],
        );
      } else {
        assert.deepEqual([probability[row], logit[row], tier[row], flags[row]], [Number.NaN, Number.NaN, 255, 2]);
      }
    }
    const errors = problems.filter(
      ({ row, rule }) => bad[row] !== records[row] && rule !== "clipped" && rule !== "unseen_category",
    );
    assert.deepEqual(
      errors
        .slice(0, 3)
        .map(({ row, field, rule }) => [row, field, rule])
        .sort(),
      [
        [5, number.name, "type"],
        [4095, number.name, "bounds"],
        [4095, flag.name, "finite"],
      ].sort(),
    );
    assert.equal(errors.length, 3 + schema.fields.length);
  }
});

test("infinity in a typed column is an error of its row; so are codes without a category", () => {
  const rows = records.slice(0, 3);
  const infinite = scorer.scoreMany({
    ...columnsOf(rows),
    [number.name]: Float64Array.of(number.minimum, Number.NEGATIVE_INFINITY, number.minimum),
  });
  assert.deepEqual(
    [[...infinite.flags].map((flagged) => flagged === 2), infinite.problems.find(({ row }) => row === 1).rule],
    [[false, true, false], "finite"],
  );
  for (const Codes of [Uint8Array, Uint16Array, Int32Array]) {
    const columns = { ...columnsOf(rows), [flag.name]: { codes: Codes.of(0, 2, 1), categories: categoriesOf(flag) } };
    const { flags, problems } = scorer.scoreMany(columns);
    assert.equal(flags[1], 2, Codes.name);
    assert.ok(problems.some(({ row, field, rule }) => row === 1 && field === flag.name && rule === "absent"));
  }
  const numbers = scorer.scoreMany({
    ...columnsOf(rows),
    [number.name]: { codes: Uint8Array.of(0, 1, 2), categories: [number.minimum, "ten"] },
  });
  assert.deepEqual(
    [...numbers.flags].map((flagged) => flagged === 2),
    [false, true, true],
  );
});

test("problems are listed for a limited number of rows; the counts and flags cover all", () => {
  const rows = 5000;
  const columns = columnsOf(Array.from({ length: rows }, () => records[0]));
  columns[number.name] = Array.from({ length: rows }, (_, row) => `no number ${row}`);
  const { problems, problemCount, errorCount, flags } = scorer.scoreMany(columns);
  assert.deepEqual([new Set(problems.map(({ row }) => row)).size, problemCount, errorCount], [1000, rows, rows]);
  assert.ok(flags.every((flagged) => flagged === 2));
  assert.equal(scorer.scoreMany(columns, { problemLimit: 0 }).problems.length, 0);
  assert.equal(thrown(() => scorer.scoreMany(columns, { problemLimit: -1 })).code, "argument_invalid");
});

test("columns that do not fit are all named at once", () => {
  const columns = columnsOf(records.slice(0, 3));
  const [first, second, third, fourth] = schema.fields.map(({ name }) => name);
  delete columns[first];
  columns[second] = "text";
  columns[third] = new BigInt64Array(3);
  columns[fourth] = [1, 2];
  const { code, message, problems } = thrown(() => scorer.scoreMany(columns));
  assert.deepEqual(
    [code, problems.map(({ field, rule }) => [field, rule])],
    [
      "columns_invalid",
      [
        [first, "absent"],
        [second, "type"],
        [third, "type"],
        [fourth, "length"],
      ],
    ],
  );
  assert.match(message, /and 1 more$/);
  assert.equal(thrown(() => scorer.scoreMany({})).problems.length, schema.fields.length);
  for (const odd of [
    { codes: new Float64Array(3), categories: [] },
    { codes: new Uint8Array(3) },
    new DataView(new ArrayBuffer(3)),
    null,
    3,
  ]) {
    assert.equal(
      thrown(() => scorer.scoreMany({ ...columnsOf(records.slice(0, 3)), [first]: odd })).problems[0].rule,
      "type",
    );
  }
});

test("what is neither columns nor records is refused by name", () => {
  for (const input of [null, undefined, "text", 3, new Float64Array(3)])
    assert.equal(thrown(() => scorer.scoreMany(input)).code, "argument_invalid");
  const { code, problems } = thrown(() => scorer.scoreMany([records[0], null, "text", []]));
  assert.deepEqual(
    [code, problems.map(({ field, value }) => [field, value])],
    [
      "argument_invalid",
      [
        ["records[1]", "null"],
        ["records[2]", "a string"],
        ["records[3]", "an array"],
      ],
    ],
  );
});

test("no rows give empty arrays", () => {
  for (const input of [[], columnsOf([])]) {
    const { probability, problems, problemCount } = scorer.scoreMany(input);
    assert.deepEqual([probability.length, problems.length, problemCount], [0, 0, 0]);
  }
});

test("a warning does not stop a row", () => {
  const rows = [sampleRecord(schema, 1), { ...sampleRecord(schema, 1), [flag.name]: "Perhaps" }];
  const { flags, problems, errorCount, problemCount } = scorer.scoreMany(rows);
  assert.deepEqual([flags[1], errorCount, problemCount >= 1], [1, 0, true]);
  assert.ok(problems.some(({ row, rule }) => row === 1 && rule === "unseen_category"));
});
