/** Texts in a field's format give the scores of the plain values, in records and in columns. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, TenureError } from "tenure";
import { changedArtifact, datedArtifact, readDocument, sampleRecord } from "./artifact.js";

const DAY = 86_400;
const REFERENCE = "2024-03-01";
const SECONDS = Date.parse(REFERENCE) / 1000;
const base = sampleRecord(readDocument().schema, 0);

/** A scorer of an artifact, with functions that score one value of its changed field. */
async function opened({ name, bytes }) {
  const scorer = await load(new Uint8Array(bytes));
  const score = (value) => scorer.score({ ...base, [name]: value }).probability;
  const scoreColumn = (column, rows) => {
    const columns = Object.fromEntries(
      scorer.schema.fields.map((field) => [field.name, Array(rows).fill(base[field.name])]),
    );
    return [...scorer.scoreMany({ ...columns, [name]: column }).probability];
  };
  return { scorer, name, score, scoreColumn };
}

test("numbers are read in the field's format", async () => {
  const { scorer, name, score, scoreColumn } = await opened(
    changedArtifact(({ name }) => ({
      name,
      kind: "number",
      decimal: ",",
      grouping: ".",
      suffix: "€",
      negative: "brackets",
      missing: ["-1", "n.d."],
    })),
  );
  for (const [text, number] of [
    ["12,5 €", 12.5],
    ["1.234,5", 1234.5],
    ["(3 €)", -3],
  ]) {
    assert.equal(score(text), score(number), text);
    assert.equal(scorer.cell(name, text), number);
  }
  // What means missing counts as a number too.
  for (const value of ["-1", "(1)", -1, "n.d."]) {
    assert.equal(score(value), score(null), String(value));
    assert.equal(scorer.cell(name, value), Number.NaN);
  }
  const expected = [12.5, null, 3].map((value) => Math.fround(score(value)));
  for (const column of [
    ["12,5 €", "-1", 3],
    Float64Array.of(12.5, -1, 3),
    Float64Array.of(12.5, Number.NaN, 3),
    { codes: Uint8Array.of(0, 1, 2), categories: ["12,5", "(1)", "3 €"] },
  ]) {
    assert.deepEqual(scoreColumn(column, 3), expected);
  }
  assert.equal(scorer.cell(name, "12.34"), undefined);
  assert.throws(
    () => score("12.34"),
    (error) => error instanceof TenureError && /as in \(1\.234,5€\)/.test(error.problems[0].message),
  );
});

test("times are hours", async () => {
  const { score } = await opened(changedArtifact(({ name }) => ({ name, kind: "number", format: "time" })));
  assert.equal(score("9:30"), score(9.5));
  assert.equal(score("2:15 PM"), score(14.25));
});

test("dates are read in the field's order, and Dates beside it", async () => {
  const { score } = await opened(datedArtifact(REFERENCE, { format: "%d.%m.%Y", missing: ["01.01.1900"] }));
  for (const value of ["18.02.2024", "2024-02-18", new Date("2024-02-18")]) assert.equal(score(value), score(12));
  assert.equal(score("01.01.1900"), score(null));
  assert.equal(score(new Date("1900-01-01")), score(null));
  assert.throws(() => score("02/18/2024"), /%d\.%m\.%Y/);
});

test("a date that counts takes numbers, texts and Dates", async () => {
  for (const [format, second] of [
    ["unix", 1],
    ["unix_ms", 1000],
  ]) {
    const { score, scoreColumn } = await opened(datedArtifact(REFERENCE, { format, missing: ["0"] }));
    const days = await opened(datedArtifact(REFERENCE));
    const moment = (before) => (SECONDS - before * DAY) * second;
    for (const value of [moment(12), String(moment(12)), new Date("2024-02-18")]) {
      assert.equal(score(value), days.score(12));
    }
    assert.equal(score(0), days.score(null));
    const expected = [days.score(12), days.score(null), days.score(0.5)].map(Math.fround);
    for (const column of [
      [moment(12), 0, moment(0.5)],
      Float64Array.of(moment(12), Number.NaN, moment(0.5)),
      { codes: Int8Array.of(0, -1, 1), categories: [String(moment(12)), moment(0.5)] },
    ]) {
      assert.deepEqual(scoreColumn(column, 3), expected);
    }
  }
  const { score } = await opened(datedArtifact(REFERENCE, { format: "excel" }));
  // 2024-02-18 is the day 45340 of a spreadsheet.
  assert.equal(score(45_340), score("2024-02-18"));
});
