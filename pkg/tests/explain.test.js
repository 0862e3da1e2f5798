/** Explanations: the sum, the order, the words, the problems. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { artifactPath, fieldOf, sampleRecord } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema } = scorer;

test("base and contributions make the logit; the score is the score", () => {
  for (let seed = 0; seed < 10; seed++) {
    const record = sampleRecord(schema, seed);
    const { base, logit, probability, tier, exact, evaluations, contributions } = scorer.explain(record);
    const sum = contributions.reduce((total, { contribution }) => total + contribution, base);
    assert.ok(Math.abs(sum - logit) < 1e-4, `${sum} and ${logit}`);
    const score = scorer.score(record);
    assert.ok(Math.abs(score.logit - logit) < 1e-5 && Math.abs(score.probability - probability) < 1e-5);
    assert.equal(tier, score.tier);
    assert.ok(exact && evaluations >= 0);
  }
});

test("there is one contribution for each field, largest first, in the record's and in a person's words", () => {
  const record = sampleRecord(schema);
  const { contributions } = scorer.explain(record);
  assert.deepEqual(contributions.map(({ field }) => field).sort(), schema.fields.map(({ name }) => name).sort());
  for (const [index, { field, label, text, value, contribution }] of contributions.entries()) {
    const { label: words, name } = schema.fields.find((candidate) => candidate.name === field);
    assert.deepEqual([label, value, typeof text], [words ?? name, record[field], "string"]);
    assert.ok(index === 0 || Math.abs(contribution) <= Math.abs(contributions[index - 1].contribution));
  }
});

test("warnings come along, errors are thrown", () => {
  const flag = fieldOf(schema, "flag");
  const record = sampleRecord(schema);
  const { problems } = scorer.explain({ ...record, [flag.name]: "Perhaps" });
  assert.ok(problems.some(({ field, rule }) => field === flag.name && rule === "unseen_category"));
  assert.throws(() => scorer.explain({}), { name: "TenureError", code: "record_invalid" });
});
