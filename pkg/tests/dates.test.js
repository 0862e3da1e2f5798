/** Date fields: texts, `Date` objects and days give the same scores, in records and in columns. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, TenureError } from "tenure";
import { artifactPath, datedArtifact, readDocument, sampleRecord } from "./artifact.js";

const DAY = 86_400_000;
const REFERENCE = "2024-03-01";

const { name, bytes } = datedArtifact(REFERENCE);
const scorer = await load(new Uint8Array(bytes));
/** A record of the original schema, in which the date is a number of days. */
const record = (seed) => ({ ...sampleRecord(readDocument().schema, seed) });
const daysBefore = (days) => new Date(Date.parse(REFERENCE) - days * DAY);
const iso = (days) => daysBefore(days).toISOString().slice(0, 10);

test("a text, a Date, a moment and the days themselves give one score", () => {
  const scoreOf = (value) => scorer.score({ ...record(0), [name]: value }).probability;
  for (const days of [0, 1, 12, 60]) {
    const expected = scoreOf(days);
    assert.equal(scoreOf(iso(days)), expected);
    assert.equal(scoreOf(iso(days).replaceAll("-", "")), expected);
    assert.equal(scoreOf(`${iso(days)}T00:00:00Z`), expected);
    assert.equal(scoreOf(daysBefore(days)), expected);
  }
  assert.notEqual(scoreOf(iso(1)), scoreOf(iso(60)));
  assert.equal(scoreOf(`${iso(2)}T12:00:00Z`), scoreOf(1.5));
});

test("columns of texts, Dates, days and dictionaries agree with records", () => {
  const days = [3, 40, 3, 17];
  const records = days.map((day, row) => ({ ...record(row), [name]: iso(day) }));
  const columns = Object.fromEntries(
    scorer.schema.fields.map((field) => [field.name, records.map((row) => row[field.name])]),
  );
  const expected = records.map((row) => Math.fround(scorer.score(row).probability));
  const forms = [
    columns[name],
    days.map(daysBefore),
    Float64Array.from(days),
    { codes: Uint8Array.of(0, 1, 0, 2), categories: [iso(3), iso(40), iso(17)] },
  ];
  for (const column of forms) {
    assert.deepEqual([...scorer.scoreMany({ ...columns, [name]: column }).probability], expected);
  }
});

test("an explanation shows the day, and a value that is not a date breaks a rule", () => {
  const { contributions } = scorer.explain({ ...record(0), [name]: iso(12) });
  assert.equal(contributions.find(({ field }) => field === name).text, iso(12));
  for (const value of ["31.01.2024", "2024-02-30", true, new Date(Number.NaN), 20_240_131]) {
    assert.throws(
      () => scorer.score({ ...record(0), [name]: value }),
      (error) => {
        assert(error instanceof TenureError && error.code === "record_invalid", String(value));
        const problem = error.problems.find(({ field }) => field === name);
        assert.equal(problem.rule, "type");
        assert.match(problem.message, /year first/);
        return true;
      },
    );
  }
});

test("another reference: dates count back from it, days stay days, and the schema says so", async () => {
  const other = await load(new Uint8Array(bytes), { reference: "2024-03-11" });
  assert.equal(other.schema.fields.find((field) => field.name === name).reference, "2024-03-11");
  assert.equal(scorer.schema.fields.find((field) => field.name === name).reference, REFERENCE);
  const scoreOf = (scorer, value) => scorer.score({ ...record(0), [name]: value }).probability;
  for (const days of [0, 12, 60]) {
    const date = new Date(Date.parse("2024-03-11") - days * DAY).toISOString().slice(0, 10);
    assert.equal(scoreOf(other, date), scoreOf(scorer, iso(days)));
    assert.equal(scoreOf(other, days), scoreOf(scorer, days));
    const text = (scorer, value) =>
      scorer.explain({ ...record(0), [name]: value }).contributions.find(({ field }) => field === name).text;
    assert.equal(text(other, date), date);
  }
  const moment = await load(new Uint8Array(bytes), { reference: new Date("2024-03-11T17:00Z") });
  assert.equal(scoreOf(moment, "2024-03-01"), scoreOf(other, "2024-03-01"));
  await assert.rejects(load(new Uint8Array(bytes), { reference: "11.03.2024" }), {
    code: "argument_invalid",
    message: /year first/,
  });
  await assert.rejects(load(artifactPath(), { reference: "2024-03-11" }), {
    code: "argument_invalid",
    message: /the model has none/,
  });
});
