/** Explanations of one customer: sum, order, texts, estimates, options, interactions. */

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

test("on the scale of probabilities, base and contributions make the probability, in percentage points", () => {
  for (let seed = 0; seed < 5; seed++) {
    const record = sampleRecord(schema, seed);
    const { scale, base, probability, exact, contributions } = scorer.explain(record, { scale: "probability" });
    assert.ok(exact && scale === "probability" && scorer.explain(record).scale === "log-odds");
    const sum = contributions.reduce((total, { contribution }) => total + contribution, base);
    assert.ok(Math.abs(sum - probability) < 1e-5, `${sum} and ${probability}`);
    for (const { contribution, sentence } of contributions) {
      const points = (100 * contribution).toFixed(1);
      if (Math.abs(contribution) < 0.0005) assert.match(sentence, /hardly moves/);
      else assert.ok(sentence.endsWith(`${contribution > 0 ? "+" : ""}${points} percentage points.`), sentence);
    }
  }
  assert.throws(() => scorer.explain(sampleRecord(schema), { scale: "points" }), {
    code: "argument_invalid",
    message: /scale must be "log-odds" or "probability"/,
  });
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

test("a small budget gives an estimate near the exact values, with honest errors, the same for the same seed", () => {
  const record = sampleRecord(schema, 3);
  const exact = scorer.explain(record);
  assert.ok(exact.exact && exact.standardError === 0);
  const budget = Math.ceil(exact.evaluations / 4);
  const estimate = scorer.explain(record, { budget });
  assert.ok(!estimate.exact && estimate.evaluations <= budget && estimate.evaluations > 0.9 * budget);
  const sum = estimate.contributions.reduce((total, { contribution }) => total + contribution, estimate.base);
  assert.ok(Math.abs(sum - estimate.logit) < 1e-5, `${sum} and ${estimate.logit}`);
  let covered = 0;
  for (const { field, contribution, standardError } of estimate.contributions) {
    const truth = exact.contributions.find((candidate) => candidate.field === field).contribution;
    assert.ok(Math.abs(contribution - truth) <= 6 * standardError + 1e-6, field);
    if (Math.abs(contribution - truth) <= 2 * standardError + 1e-6) covered += 1;
    assert.ok(standardError <= estimate.standardError);
  }
  assert.ok(covered >= 0.7 * estimate.contributions.length);
  assert.deepEqual(scorer.explain(record, { budget, seed: 0 }), estimate);
  assert.notDeepEqual(scorer.explain(record, { budget, seed: 1 }).contributions, estimate.contributions);
  // Sampling runs in rounds, so only a tolerance well above the error of the whole budget stops it
  // early.
  const tolerance = 8 * estimate.standardError;
  const loose = scorer.explain(record, { budget, tolerance });
  assert.ok(loose.standardError <= tolerance && loose.evaluations < estimate.evaluations / 2);
  assert.ok(scorer.explain(record, { budget: exact.evaluations }).exact, "decided by the budget alone");
});

test("all problems of the options are reported together, each with option, rule and value", () => {
  const record = sampleRecord(schema);
  const refused = (options, ...expected) =>
    assert.throws(
      () => scorer.explain(record, options),
      ({ name, code, problems }) => {
        assert.deepEqual([name, code], ["TenureError", "argument_invalid"]);
        assert.deepEqual(
          problems.map(({ field, rule, value }) => `${field} ${rule} ${value}`),
          expected,
        );
        return true;
      },
    );
  refused({ budget: 0 }, "budget bounds 0");
  refused(
    { budget: 1000.5, tolerance: 0, seed: -1, samples: 3 },
    "budget bounds 1000.5",
    "tolerance bounds 0",
    "seed bounds -1",
    "samples unknown 3",
  );
  refused({ budget: "1000", tolerance: Number.NaN }, "budget type 1000", "tolerance bounds NaN");
  refused({ tolerance: Number.POSITIVE_INFINITY, seed: null }, "tolerance bounds Infinity", "seed type null");
  refused([]);
  refused(3);
  assert.throws(() => scorer.explain(record, { budget: 15 }), {
    code: "argument_invalid",
    message: /at least \d+ evaluations/,
  });
  assert.deepEqual(scorer.explain(record, { budget: undefined }), scorer.explain(record, {}));
  // A budget beyond all coalitions buys them, and no more.
  const { exact, evaluations } = scorer.explain(record, { budget: Number.MAX_SAFE_INTEGER });
  assert.ok(exact);
  assert.equal(scorer.explain(record, { budget: evaluations }).evaluations, evaluations);
});

test("interactions cover all pairs, largest first, if asked for and exact", () => {
  const record = sampleRecord(schema, 5);
  const plain = scorer.explain(record);
  assert.equal(plain.interactions, undefined);
  const { interactions, contributions, evaluations } = scorer.explain(record, { interactions: true });
  assert.deepEqual(contributions, plain.contributions);
  assert.equal(evaluations, 2 * plain.evaluations);
  const fields = schema.fields.map(({ name }) => name);
  assert.equal(interactions.length, (fields.length * (fields.length - 1)) / 2);
  assert.equal(new Set(interactions.map(({ first, second }) => `${first} ${second}`)).size, interactions.length);
  for (const [index, { first, second, value }] of interactions.entries()) {
    assert.ok(fields.indexOf(first) < fields.indexOf(second) && fields.includes(first));
    assert.ok(index === 0 || Math.abs(value) <= Math.abs(interactions[index - 1].value));
  }
  assert.ok(Math.abs(interactions[0].value) > 1e-4);
  assert.equal(scorer.explain(record, { interactions: true, budget: 2000 }).interactions, undefined);
  assert.throws(() => scorer.explain(record, { interactions: 1 }), {
    code: "argument_invalid",
    message: /true or false/,
  });
});
