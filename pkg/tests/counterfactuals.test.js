/** Counterfactuals: scores, changes, diversity, and wrong options. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { artifactPath, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const { schema, policy } = scorer;
const changeable = schema.fields.filter((field) => field.changeable).map(({ name }) => name);
const records = sampleRecords(schema, 60);

/** The record with an answer's changes made. */
const changed = (record, { changes }) => ({
  ...record,
  ...Object.fromEntries(changes.map(({ field, to }) => [field, to])),
});

test("an answer scores under the threshold, as it says, and changes what may change", () => {
  let found = 0;
  for (const record of records) {
    const { probability } = scorer.score(record);
    const threshold = probability * 0.7;
    const result = scorer.counterfactuals(record, { threshold, count: 4 });
    assert.equal(result.threshold, threshold);
    assert.ok(Math.abs(result.probability - probability) < 1e-9 && result.lowest <= probability);
    assert.equal(result.found, result.answers.length > 0);
    assert.equal(result.reason === undefined, result.found);
    assert.ok(result.answers.length <= 4 && result.exhaustive <= result.longest);
    let cost = 0;
    for (const answer of result.answers) {
      const score = scorer.score(changed(record, answer));
      assert.deepEqual([score.probability, score.logit, score.tier], [answer.probability, answer.logit, answer.tier]);
      assert.ok(answer.probability < threshold && answer.cost >= cost);
      cost = answer.cost;
      for (const { field, label, from, to, fromText, toText, follows } of answer.changes) {
        const definition = schema.fields.find(({ name }) => name === field);
        assert.ok(follows ? definition.change?.follows : definition.changeable, field);
        assert.deepEqual([from, label], [record[field], definition.label ?? field]);
        assert.notEqual(from, to);
        assert.notEqual(fromText, toText);
      }
    }
    found += result.answers.length;
  }
  assert.ok(found > 0, "no record of the test has a counterfactual");
});

test("no answer changes all the fields of another answer", () => {
  const scores = records.map((record) => scorer.score(record).probability);
  const highest = Math.max(...scores);
  const { answers } = scorer.counterfactuals(records[scores.indexOf(highest)], {
    threshold: highest * 0.9,
    count: 100,
  });
  assert.ok(answers.length > 1);
  const sets = answers.map(
    ({ changes }) => new Set(changes.filter(({ follows }) => !follows).map(({ field }) => field)),
  );
  for (const [index, one] of sets.entries()) {
    for (const other of sets.slice(index + 1)) {
      assert.ok(![...one].every((field) => other.has(field)) && ![...other].every((field) => one.has(field)));
    }
  }
});

test("the default threshold leads to the next lower tier", () => {
  for (const record of records) {
    const { tier } = scorer.score(record);
    const { threshold, reason, answers } = scorer.counterfactuals(record);
    assert.equal(threshold, policy.tiers[Math.max(tier, 1)].from);
    assert.ok(answers.length <= 3 && answers.every((answer) => answer.tier < tier));
    assert.equal(reason === "already_under", tier === 0);
  }
});

test("only the fields that are asked for change, and nothing found says why", () => {
  const [record] = records;
  const fields = [changeable[0]];
  for (const { changes } of scorer.counterfactuals(record, { threshold: 0.5, fields }).answers) {
    assert.deepEqual(
      changes.filter(({ follows }) => !follows).map(({ field }) => field),
      fields,
    );
  }
  const none = scorer.counterfactuals(record, { threshold: 0 });
  assert.deepEqual([none.found, none.reason, none.answers], [false, "not_reached", []]);
  assert.ok(none.exhaustive >= 1 && none.evaluations > 0 && none.lowest > 0);
  assert.equal(scorer.counterfactuals(record, { threshold: 1 }).reason, "already_under");
  const unknown = { ...record, ...Object.fromEntries(changeable.map((name) => [name, null])) };
  assert.equal(scorer.counterfactuals(unknown, { threshold: 0 }).reason, "no_change");
});

test("all problems of the options are reported together", () => {
  const [record] = records;
  const fixed = schema.fields.find((field) => !field.changeable).name;
  const fail = (options) => {
    try {
      scorer.counterfactuals(record, options);
    } catch (error) {
      assert.deepEqual([error.name, error.code], ["TenureError", "argument_invalid"]);
      return error.problems.map(({ field, rule, value }) => `${field}: ${rule}: ${value}`);
    }
    throw new Error("no error");
  };
  assert.deepEqual(fail({ threshold: 1.5, count: 0, fields: ["nobody", fixed] }), [
    "threshold: bounds: 1.5",
    "count: bounds: 0",
    "fields: unknown: nobody",
    `fields: changeable: ${fixed}`,
  ]);
  assert.deepEqual(fail({ threshold: "0.5", count: 2.5, fields: [] }), [
    "threshold: type: 0.5",
    "count: bounds: 2.5",
    "fields: type: an empty list",
  ]);
  assert.deepEqual(fail({ threshold: Number.NaN }), ["threshold: bounds: NaN"]);
  assert.throws(() => scorer.counterfactuals({}), { name: "TenureError", code: "record_invalid" });
});

test("an option that does not exist is refused with the others' problems", () => {
  try {
    scorer.counterfactuals(records[0], { treshold: 0.2, count: 0 });
    assert.fail("nothing was thrown");
  } catch ({ code, problems }) {
    assert.deepEqual(
      [code, problems.map(({ field, rule }) => [field, rule])],
      [
        "argument_invalid",
        [
          ["treshold", "unknown"],
          ["count", "bounds"],
        ],
      ],
    );
    assert.match(problems[0].message, /did you mean threshold\?/);
  }
});
