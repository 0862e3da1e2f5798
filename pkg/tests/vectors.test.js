/** Compares the wasm module with the vectors for all engines (tests/vectors/telco.json). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load, TenureError } from "../dist/node.js";

const root = new URL("../../", import.meta.url);
const vectors = JSON.parse(readFileSync(new URL("tests/vectors/telco.json", root), "utf8"));
const scorer = await load(readFileSync(new URL(vectors.artifact, root)));
const rules = (problems) => problems.map(({ field, rule }) => ({ field, rule }));

test("scores and explanations of the vectors", () => {
  let scored = 0;
  for (const expected of vectors.cases.filter((one) => one.logit !== undefined)) {
    const score = scorer.score(expected.record);
    assert.equal(score.logit, expected.logit, "the logit agrees with the native engine bit for bit");
    assert.ok(Math.abs(score.probability - expected.probability) < 1e-15);
    assert.deepEqual(rules(score.problems), expected.problems);
    const explanation = scorer.explain(expected.record);
    assert.ok(Math.abs(explanation.base - expected.base) < 1e-12);
    assert.equal(explanation.evaluations, expected.evaluations);
    for (const { field, contribution } of explanation.contributions) {
      assert.ok(Math.abs(contribution - expected.contributions[field]) < 1e-12, field);
    }
    scored += 1;
  }
  assert.ok(scored >= 20);
});

test("refusals of the vectors", () => {
  for (const expected of vectors.cases.filter((one) => one.logit === undefined)) {
    assert.throws(
      () => scorer.score(expected.record),
      (error) => {
        assert.ok(error instanceof TenureError);
        assert.equal(error.code, "record_invalid");
        assert.deepEqual(rules(error.problems), expected.problems);
        return true;
      },
    );
  }
});

test("exact explanations are those of shap's ExactExplainer on the same background, to 1e-4 on the logit", async () => {
  const { artifact, cases } = JSON.parse(readFileSync(new URL("tests/vectors/shapley.json", root), "utf8"));
  const explainer = await load(readFileSync(new URL(artifact, root)));
  assert.equal(cases.length, 100);
  let largest = 0;
  for (const { record, base, contributions } of cases) {
    const explanation = explainer.explain(record);
    assert.ok(explanation.exact && Math.abs(explanation.base - base) < 1e-4);
    assert.equal(explanation.contributions.length, Object.keys(contributions).length);
    for (const { field, contribution } of explanation.contributions) {
      largest = Math.max(largest, Math.abs(contribution - contributions[field]));
    }
  }
  assert.ok(largest < 1e-4, `${largest}`);
});
