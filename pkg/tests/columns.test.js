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
    const found = problems.find(({ row, field }) => row === 1 && field === flag.name);
    assert.deepEqual([found.rule, found.value], ["type", "code 2 of 2 categories"]);
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
  columns[third] = new Map();
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
});

test("a row that is no record is marked, and the others are scored", () => {
  const rows = [records[0], null, "text", [], records[1]];
  rows[6] = records[2];
  const { probability, flags, problems, errorCount, summary } = scorer.scoreMany(rows);
  const alone = scorer.scoreMany(records.slice(0, 3));
  assert.deepEqual([...probability].filter(Number.isFinite), [...alone.probability]);
  assert.deepEqual(
    [[...flags].map((flagged) => flagged === 2), errorCount],
    [[false, true, true, true, false, true, false], 4],
  );
  const errors = problems.filter(({ row }) => flags[row] === 2);
  assert.deepEqual(
    errors.map(({ row, field, rule, value }) => [row, field, rule, value]),
    [
      [1, "record", "type", "null"],
      [2, "record", "type", "a string"],
      [3, "record", "type", "an array"],
      [5, "record", "type", "a hole of the array"],
    ],
  );
  const [entry] = summary.filter(({ field }) => field === "record");
  assert.deepEqual([entry.rows, entry.examples], [4, ["null", "a string", "an array"]]);
  assert.equal(
    entry.message,
    "record: 4 of 7 rows are not scored, because of a value such as null, a string, an array: it must be a plain object",
  );
});

test("integers of 64 bits are numbers, and the text of their digits", () => {
  const rows = records.slice(0, 4).map((record) => ({ ...record, [number.name]: Math.ceil(record[number.name]) }));
  const sides = [1, 0, 1, 0];
  const expected = scorer.scoreMany({ ...columnsOf(rows), [flag.name]: sides });
  for (const Integers of [BigInt64Array, BigUint64Array]) {
    const columns = {
      ...columnsOf(rows),
      [number.name]: Integers.from(rows, (record) => BigInt(record[number.name])),
      [flag.name]: Integers.from(sides, BigInt),
    };
    assert.deepEqual(scorer.scoreMany(columns), expected, Integers.name);
  }
});

test("a hole of an array and a code that is no position are errors in words of their own", () => {
  const rows = records.slice(0, 3);
  const found = (name, column) => {
    const { flags, problems } = scorer.scoreMany({ ...columnsOf(rows), [name]: column });
    return [
      [...flags].map((flagged) => flagged === 2),
      ...problems.filter(({ field, row }) => field === name && row === 1),
    ];
  };
  for (const { name, kind, categories } of schema.fields) {
    const values = rows.map((record) => record[name]);
    const sparse = [values[0]];
    sparse[2] = values[2];
    const [flags, hole] = found(name, sparse);
    assert.deepEqual([flags, hole.rule, hole.value], [[false, true, false], "type", "a hole of the array"], name);
    const [, absent] = found(name, [values[0], undefined, values[2]]);
    assert.equal(absent.rule, "absent");
    for (const Codes of [Int8Array, Int16Array, Int32Array, Uint8Array, Uint16Array, Uint32Array]) {
      for (const code of [-2, 3, 127]) {
        if (code < 0 && Codes.name.startsWith("U")) continue;
        const [flags, problem] = found(name, { codes: Codes.of(0, code, 2), categories: values });
        assert.deepEqual(
          [flags, problem.rule, problem.value],
          [[false, true, false], "type", `code ${code} of 3 categories`],
          `${name}: ${kind} ${categories} ${Codes.name}`,
        );
      }
    }
  }
});

test("the summary counts all rows by field and rule, listed or not", () => {
  const rows = 5000;
  const category = fieldOf(schema, "category");
  const columns = columnsOf(records.slice(0, rows));
  columns[category.name] = Array.from({ length: rows }, (_, row) =>
    row % 2 === 0 ? `Gold ${row % 8}` : category.categories[0],
  );
  columns[number.name] = Array.from({ length: rows }, (_, row) => (row < 4000 ? -1 - row : row < 4500 ? "none" : 1));
  for (const problemLimit of [0, 10, rows]) {
    const { summary, shifts } = scorer.scoreMany(columns, { problemLimit });
    const of = (name, rule) => summary.find((entry) => entry.field === name && entry.rule === rule);
    const unseen = of(category.name, "unseen_category");
    assert.deepEqual([unseen.rows, unseen.examples], [2500, ['"Gold 0"', '"Gold 2"', '"Gold 4"']]);
    assert.equal(
      unseen.message,
      `${category.name}: 2,500 of 5,000 rows have a text that is no category and counts as OTHER, such as "Gold 0", "Gold 2", "Gold 4"`,
    );
    const [bounds, type] = [of(number.name, "bounds"), of(number.name, "type")];
    assert.deepEqual([bounds.rows, bounds.examples], [4000, ["-1", "-2", "-3"]]);
    assert.deepEqual([type.rows, type.examples], [500, ['"none"']]);
    assert.match(
      type.message,
      /^\w+: 500 of 5,000 rows are not scored, because of a value such as "none": it must be a number/,
    );
    assert.deepEqual(
      shifts.map(({ field, rule, rows }) => [field, rule, rows]),
      [[category.name, "unseen_category", 2500]],
    );
  }
});

test("blocks of a table have its scores and its findings", () => {
  const spread = records.map((record, row) => ({
    ...record,
    [number.name]: row % 7 === 0 ? "none" : record[number.name],
    [flag.name]: row % 3 === 0 ? "perhaps" : record[flag.name],
  }));
  const { summary, shifts, problems, problemCount, ...whole } = scorer.scoreMany(spread);
  const blocks = scorer.scoreBlocks();
  const parts = [0, 1, 700].map((start, index, starts) => {
    const part = spread.slice(start, starts[index + 1]);
    return blocks.score(index % 2 ? columnsOf(part) : part);
  });
  // Another call between two blocks, and a second table, do not mix with the first.
  scorer.scoreBlocks().score(spread.slice(0, 5));
  assert.deepEqual(blocks.finish(), { summary, shifts, problems, problemCount });
  for (const name of ["probability", "logit", "tier", "flags"]) {
    assert.deepEqual(
      Array.from(whole[name]),
      parts.flatMap((part) => Array.from(part[name])),
      name,
    );
  }
  const errorCount = parts.reduce((sum, part) => sum + part.errorCount, 0);
  assert.equal(errorCount, whole.errorCount);
  const finished = { code: "argument_invalid", message: /call scoreBlocks again/ };
  assert.throws(() => blocks.score(spread), finished);
  assert.throws(() => blocks.finish(), finished);
  assert.throws(() => scorer.scoreBlocks({ problemLimits: 1 }), { code: "argument_invalid", message: /problemLimit/ });
});

test("the summary agrees with the list of all problems", () => {
  const spread = records.map((record, row) => ({
    ...record,
    [number.name]: row % 7 === 0 ? number.minimum - row : row % 11 === 0 ? 1e9 : record[number.name],
    [flag.name]: row % 5 === 0 ? `side ${row % 3}` : row % 13 === 0 ? Number.NaN : record[flag.name],
  }));
  for (const input of [spread, columnsOf(spread)]) {
    const { problems, summary } = scorer.scoreMany(input, { problemLimit: ROWS });
    const counts = new Map();
    for (const { field, rule, value } of problems) {
      const entry = counts.get(`${field} ${rule}`) ?? { rows: 0, examples: new Set() };
      counts.set(`${field} ${rule}`, { rows: entry.rows + 1, examples: entry.examples.add(value) });
    }
    assert.equal(summary.length, counts.size);
    for (const { field, rule, rows, examples } of summary) {
      const expected = counts.get(`${field} ${rule}`);
      assert.deepEqual([rows, examples], [expected.rows, [...expected.examples].slice(0, 3)], `${field} ${rule}`);
    }
  }
});

test("a field that is newly missing or unseen in a tenth of the rows is named", () => {
  const category = fieldOf(schema, "category");
  const shifted = (share, change) => {
    const rows = records.slice(0, 1000).map((record, row) => (row < share ? { ...record, ...change } : record));
    return scorer.scoreMany(rows).shifts;
  };
  assert.deepEqual(shifted(0, {}), []);
  assert.deepEqual(shifted(90, { [number.name]: null, [category.name]: "Gold" }), []);
  const [first, second] = shifted(400, { [number.name]: null, [category.name]: "Gold" }).sort((a, b) =>
    a.rule.localeCompare(b.rule),
  );
  assert.deepEqual([first.field, first.rule, first.rows, first.examples], [number.name, "missing", 400, []]);
  assert.match(first.message, /is missing in 400 of 1,000 rows and in .* of the training rows: is the column filled/);
  assert.deepEqual(
    [second.field, second.rule, second.rows, second.examples],
    [category.name, "unseen_category", 400, ['"Gold"']],
  );
});

/** A record whose getter of one field runs `act`. */
function trap(record, name, act) {
  return Object.defineProperty({ ...record }, name, {
    enumerable: true,
    get() {
      act();
      return record[name];
    },
  });
}

test("a getter, a proxy or a value that scores others meanwhile changes nothing", () => {
  const rows = records.slice(0, 20);
  const expected = scorer.scoreMany(rows);
  const last = schema.fields.at(-1).name;
  const others = [
    () => scorer.score(records[30]),
    () => scorer.scoreMany(records.slice(30, 90)),
    () => scorer.scoreMany(columnsOf(records.slice(30, 90))),
    () => assert.throws(() => scorer.score({})),
    () => scorer.scoreRow(scorer.row(records[31])),
    () => scorer.explain(records[32], { budget: 1024 }),
  ];
  for (const other of others) {
    assert.deepEqual(scorer.scoreMany(rows.map((record) => trap(record, last, other))), expected);
    const get = (target, key) => {
      other();
      return target[key];
    };
    const proxies = rows.map((record) => new Proxy(record, { get }));
    assert.deepEqual(scorer.scoreMany(proxies), expected);
    const columns = columnsOf(rows);
    columns[last] = new Proxy(columns[last], { get });
    assert.deepEqual(scorer.scoreMany(columns), expected);
  }
});

test("a getter that throws, or disposes the scorer, ends the call and nothing else", async () => {
  const rows = records.slice(0, 20);
  const failing = [
    ...rows.slice(1),
    trap(rows[0], number.name, () => {
      throw new RangeError("mine");
    }),
  ];
  assert.throws(() => scorer.scoreMany(failing), RangeError);
  const expected = scorer.scoreMany(rows);
  const [short, beside] = await Promise.all([load(artifactPath()), load(artifactPath())]);
  const before = beside.scoreMany(rows);
  const disposing = [...rows.slice(1), trap(rows[0], schema.fields.at(-1).name, () => short.dispose())];
  assert.equal(thrown(() => short.scoreMany(disposing)).code, "disposed");
  assert.deepEqual([beside.scoreMany(rows), scorer.scoreMany(rows)], [before, expected]);
});

test("options that do not exist are refused with the nearest name", () => {
  const { code, problems } = thrown(() => scorer.scoreMany(records.slice(0, 1), { problemLimt: 3 }));
  assert.deepEqual(
    [code, problems.map(({ field, rule }) => [field, rule])],
    ["argument_invalid", [["problemLimt", "unknown"]]],
  );
  assert.match(problems[0].message, /did you mean problemLimit\?/);
  for (const options of [null, 3, []]) {
    assert.match(
      thrown(() => scorer.scoreMany(records.slice(0, 1), options)).message,
      /options must be a plain object/,
    );
  }
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
