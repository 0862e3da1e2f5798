/** One record: scores, cells, problems, and disposing of a scorer. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isError, load, TenureError } from "tenure";
import { artifactPath, fieldOf, missingArtifact, sampleRecord } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema, policy } = scorer;
const record = sampleRecord(schema);
const number = fieldOf(schema, "number", ({ minimum }) => minimum !== undefined);
const flag = fieldOf(schema, "flag");

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

test("a record has a probability, a logit and the tier of its probability", () => {
  for (let seed = 0; seed < 50; seed++) {
    const { probability, logit, tier } = scorer.score(sampleRecord(schema, seed));
    assert.ok(probability > 0 && probability < 1 && Number.isFinite(logit));
    assert.equal(
      tier,
      policy.tiers.findLastIndex(({ from }) => probability >= from),
    );
  }
});

test("records without problems share one frozen list", () => {
  const clean = Array.from({ length: 50 }, (_, seed) => scorer.score(sampleRecord(schema, seed)).problems).filter(
    ({ length }) => length === 0,
  );
  assert.ok(clean.length >= 2 && clean[0] === clean[1] && Object.isFrozen(clean[0]));
});

test("the order of the keys, further keys and numbers as text change nothing", () => {
  const reversed = Object.fromEntries(Object.entries({ ...record, further: { nested: [1] } }).reverse());
  const text = { ...record, [number.name]: ` ${record[number.name]} ` };
  assert.deepEqual(scorer.score(reversed), scorer.score(record));
  assert.deepEqual(scorer.score(text), scorer.score(record));
});

test("records may be class instances with getters and may lack a prototype", () => {
  class Customer {}
  for (const { name } of schema.fields) Object.defineProperty(Customer.prototype, name, { get: () => record[name] });
  assert.deepEqual(scorer.score(new Customer()), scorer.score(record));
  assert.deepEqual(scorer.score(Object.assign(Object.create(null), record)), scorer.score(record));
});

test("true and false stand for a flag's words", () => {
  for (const [value, word] of [
    [true, flag.positive],
    [false, flag.negative],
  ]) {
    assert.deepEqual(scorer.score({ ...record, [flag.name]: value }), scorer.score({ ...record, [flag.name]: word }));
  }
});

test("one value has one score, however it is written", () => {
  const scoreOf = (name, value) => scorer.score({ ...record, [name]: value });
  for (const { name, kind, positive, negative } of schema.fields) {
    if (kind !== "flag") continue;
    const yes = scoreOf(name, positive);
    for (const value of [true, 1, 1n, "1", "1.0", "true", "TRUE", "yes", "Y", "T"])
      assert.deepEqual(scoreOf(name, value), yes, `${name}: ${String(value)}`);
    const no = scoreOf(name, negative);
    for (const value of [false, 0, -0, 0n, "0", "0.0", "False", "no", "N", "f"])
      assert.deepEqual(scoreOf(name, value), no, `${name}: ${String(value)}`);
    assert.ok(scoreOf(name, 2).problems.some(({ rule, field }) => rule === "unseen_category" && field === name));
  }
  for (const { name, kind, categories } of schema.fields) {
    if (kind !== "category") continue;
    for (const category of categories) {
      const expected = scoreOf(name, category);
      for (const value of [` ${category} `, category.toUpperCase(), category.toLowerCase(), category.normalize("NFD")])
        assert.deepEqual(scoreOf(name, value), expected, `${name}: ${value}`);
    }
  }
  const whole = BigInt(Math.ceil(record[number.name]));
  assert.deepEqual(scoreOf(number.name, whole), scoreOf(number.name, Number(whole)));
});

test("what is no value is an error of every field", () => {
  const kinds = [
    [{}, "an object"],
    [[], "an array"],
    [new Map(), "a Map"],
    [() => 1, "a function"],
    [Symbol("one"), "a symbol"],
    [new String("x"), "a String object"],
    [new Number(1), "a Number object"],
    [new Boolean(true), "a Boolean object"],
    [Object(1n), "a BigInt object"],
  ];
  for (const { name } of schema.fields) {
    for (const [value, words] of kinds) {
      const { code, problems } = thrown(() => scorer.score({ ...record, [name]: value }));
      assert.deepEqual(
        [code, problems.filter(({ rule }) => rule !== "clipped").map(({ field, rule, value }) => [field, rule, value])],
        ["record_invalid", [[name, "type", words]]],
      );
    }
  }
});

test("a number that means missing is missing, as its text is", async () => {
  const { name, bytes } = missingArtifact([String(number.minimum + 7), "n.d."]);
  const own = await load(new Uint8Array(bytes));
  const logit = (value) => own.score({ ...record, [name]: value }).logit;
  const missing = logit(null);
  for (const value of [number.minimum + 7, `${number.minimum + 7}.0`, BigInt(number.minimum + 7), "N.D.", ""])
    assert.equal(logit(value), missing, String(value));
  assert.notEqual(logit(number.minimum + 8), missing);
  const numbers = [number.minimum + 7, number.minimum + 8];
  const records = numbers.map((value) => ({ ...record, [name]: value }));
  const columns = Object.fromEntries(schema.fields.map((field) => [field.name, records.map((row) => row[field.name])]));
  const expected = numbers.map((value) => Math.fround(logit(value)));
  for (const input of [
    records,
    columns,
    { ...columns, [name]: Float64Array.from(numbers) },
    { ...columns, [name]: Int32Array.from(numbers) },
    { ...columns, [name]: { codes: Uint8Array.of(0, 1), categories: numbers } },
  ]) {
    const { logit } = own.scoreMany(input);
    assert.ok(expected.every((each, row) => Math.abs(each - logit[row]) < 1e-5));
  }
});

test("null and the empty text mean missing", () => {
  for (const { name } of schema.fields) {
    assert.deepEqual(scorer.score({ ...record, [name]: "" }).logit, scorer.score({ ...record, [name]: null }).logit);
  }
});

test("an unseen category is scored, with a warning, the second time too", () => {
  const odd = { ...record, [flag.name]: "Perhaps" };
  for (const { probability, problems } of [scorer.score(odd), scorer.score(odd)]) {
    assert.ok(probability > 0 && probability < 1);
    const found = problems.filter(({ rule }) => rule === "unseen_category");
    assert.deepEqual(
      found.map(({ field, value }) => [field, value]),
      [[flag.name, '"Perhaps"']],
    );
  }
});

test("every error of a record comes at once, in schema order", () => {
  const bad = { ...record, [number.name]: number.minimum - 1, [flag.name]: Number.NaN };
  const absent = schema.fields.find(({ name }) => name !== number.name && name !== flag.name).name;
  delete bad[absent];
  const { code, message, problems } = thrown(() => scorer.score(bad));
  assert.equal(code, "record_invalid");
  const expected = schema.fields.flatMap(({ name }) =>
    name === number.name
      ? [[name, "bounds"]]
      : name === flag.name
        ? [[name, "finite"]]
        : name === absent
          ? [[name, "absent"]]
          : [],
  );
  assert.deepEqual(
    problems.filter(({ rule }) => rule !== "clipped").map(({ field, rule }) => [field, rule]),
    expected,
  );
  for (const { field } of problems.slice(0, 3)) assert.ok(message.includes(field));
});

test("each kind of bad value breaks its rule", () => {
  const cases = [
    [number.minimum - 1, "bounds"],
    [Number.NaN, "finite"],
    [Number.POSITIVE_INFINITY, "finite"],
    ["1,234.50", "type"],
    ["2024-01-31", "type"],
    [true, "type"],
    [{}, "type"],
    [[], "type"],
    [() => 1, "type"],
    [BigInt(number.minimum) - 1n, "bounds"],
    [Symbol("ten"), "type"],
    [undefined, "absent"],
  ];
  for (const [value, rule] of cases) {
    const { code, problems } = thrown(() => scorer.score({ ...record, [number.name]: value }));
    assert.deepEqual(
      [code, problems.length, problems[0].field, problems[0].rule],
      ["record_invalid", 1, number.name, rule],
      String(value),
    );
  }
  // The scorer still works.
  assert.equal(scorer.score(record).logit, scorer.score(record).logit);
});

test("a record of another type is refused", () => {
  for (const [value, name] of [
    ["text", "a string"],
    [3, "a number"],
    [null, "null"],
    [undefined, "undefined"],
    [[1], "an array"],
  ]) {
    const { code, message } = thrown(() => scorer.score(value));
    assert.deepEqual([code, message], ["argument_invalid", `a record must be a plain object, not ${name}`]);
  }
});

test("a record is read once, before anything is computed", () => {
  const expected = { score: scorer.score(record), explained: scorer.explain(record), row: scorer.row(record) };
  const changes = scorer.counterfactuals(record, { threshold: 0.05 });
  const other = { ...sampleRecord(schema, 7), [flag.name]: "Perhaps" };
  const nested = [
    () => scorer.score(other),
    () => scorer.row(other),
    () => scorer.explain(other, { budget: 1024 }),
    () => scorer.scoreMany([other, other]),
    () => scorer.counterfactuals(other, { threshold: 0.05 }),
    () => thrown(() => scorer.score({})),
  ];
  for (const act of nested) {
    for (const { name } of schema.fields) {
      let reads = 0;
      const own = Object.defineProperty({ ...record }, name, {
        get() {
          reads += 1;
          act();
          return record[name];
        },
      });
      assert.deepEqual(scorer.score(own), expected.score, name);
      assert.equal(reads, 1, name);
    }
    const get = (target, key) => {
      act();
      return target[key];
    };
    const proxy = new Proxy(record, { get });
    assert.deepEqual(scorer.row(proxy), expected.row);
    assert.deepEqual(scorer.explain(proxy), expected.explained);
    assert.deepEqual(scorer.counterfactuals(proxy, { threshold: 0.05 }), changes);
  }
  // A warning is worded with the value that was scored.
  let reads = 0;
  const fickle = Object.defineProperty({ ...record }, flag.name, { get: () => `Perhaps ${reads++}` });
  assert.deepEqual(
    scorer
      .score(fickle)
      .problems.filter(({ field }) => field === flag.name)
      .map(({ value }) => value),
    ['"Perhaps 0"'],
  );
});

test("a getter that disposes or throws ends its call, and other scorers keep their memory", async () => {
  const { name } = schema.fields.at(-1);
  const trapped = (act) => {
    const get = () => {
      act();
      return record[name];
    };
    return Object.defineProperty({ ...record }, name, { get });
  };
  for (const call of ["score", "row", "explain", "counterfactuals"]) {
    const short = await load(artifactPath());
    const beside = await load(artifactPath());
    const before = beside.score(record);
    assert.equal(thrown(() => short[call](trapped(() => short.dispose()))).code, "disposed", call);
    assert.deepEqual([beside.score(record), scorer.score(record)], [before, before]);
    beside.dispose();
  }
  const mine = new RangeError("mine");
  assert.throws(
    () =>
      scorer.score(
        trapped(() => {
          throw mine;
        }),
      ),
    mine,
  );
  assert.deepEqual(scorer.score(record), scorer.score({ ...record }));
});

test("using ends a scorer, where the runtime knows it", async () => {
  if (Symbol.dispose === undefined) return;
  const short = await load(artifactPath());
  short[Symbol.dispose]();
  assert.equal(thrown(() => short.score(record)).code, "disposed");
});

test("a typed row scores as its record", () => {
  for (let seed = 0; seed < 20; seed++) {
    const each = sampleRecord(schema, seed);
    const row = scorer.row(each);
    assert.equal(row.length, schema.fields.length);
    assert.equal(scorer.scoreRow(row), scorer.score(each).probability);
  }
});

test("a typed row out of bounds is NaN, one of another length an error, and bad records have no row", () => {
  const row = scorer.row(record);
  row[schema.fields.indexOf(number)] = number.minimum - 1;
  assert.ok(Number.isNaN(scorer.scoreRow(row)));
  assert.equal(thrown(() => scorer.scoreRow(new Float64Array(1))).code, "argument_invalid");
  assert.equal(thrown(() => scorer.scoreRow(null)).code, "argument_invalid");
  assert.equal(thrown(() => scorer.row({})).problems.length, schema.fields.length);
});

test("thousands of different texts in one field are all read", () => {
  const text = (value) => scorer.row({ ...record, [number.name]: String(value) })[schema.fields.indexOf(number)];
  for (let step = 0; step < 20_000; step++)
    assert.equal(text(number.minimum + step / 65_536), number.minimum + step / 65_536);
});

test("a scorer survives the growth of the memory, and others beside it", async () => {
  const before = scorer.score(record);
  const others = await Promise.all(Array.from({ length: 40 }, () => load(artifactPath())));
  assert.deepEqual(scorer.score(record), before);
  for (const other of others) {
    assert.deepEqual(other.score(record), before);
    other.dispose();
  }
  assert.deepEqual(scorer.score(record), before);
});

test("a disposed scorer says so; disposing twice is fine", async () => {
  const short = await load(artifactPath());
  const row = short.row(record);
  short.dispose();
  short.dispose();
  for (const use of [
    () => short.score(record),
    () => short.scoreMany([record]),
    () => short.row(record),
    () => short.scoreRow(row),
    () => short.explain(record),
  ]) {
    assert.equal(thrown(use).code, "disposed");
  }
  assert.equal(short.schema.fields.length, schema.fields.length);
});

test("schema, card and policy are deeply frozen", () => {
  assert.ok(
    Object.isFrozen(schema.fields) &&
      Object.isFrozen(schema.fields[0]) &&
      Object.isFrozen(policy.tiers[0]) &&
      Object.isFrozen(scorer.card),
  );
});

test("a problem is an error or a warning, as the core has it", () => {
  const unbounded = fieldOf(schema, "number", ({ maximum }) => maximum === undefined);
  const category = fieldOf(schema, "category");
  const clipped = scorer.score({ ...record, [unbounded.name]: 1e9 }).problems;
  const unseen = scorer.score({ ...record, [category.name]: "nothing of the kind" }).problems;
  for (const problems of [clipped, unseen])
    assert.ok(problems.length > 0 && !problems.some(isError), JSON.stringify(problems));
  const refused = thrown(() => scorer.score({})).problems;
  assert.ok(refused.length > 0 && refused.every(isError), JSON.stringify(refused));
});
