/** Decisions and plans of `tenure/decide`, held against the vectors of the native engine. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { load as loadPlain, TenureError } from "tenure";
import { load } from "tenure/decide";
import { load as loadInline } from "tenure/decide/inline";
import { createPool } from "tenure/decide/pool";
import { german } from "tenure/german";
import { withPolicy } from "./artifact.js";

const { policy, cases } = JSON.parse(readFileSync(new URL("../../tests/vectors/decide.json", import.meta.url), "utf8"));
const model = withPolicy(policy);
const scorer = await load(model);
const optionsOf = ({ days, exhausted }) => ({ daysSinceOffer: days, exhausted });
const records = cases.map(({ record }) => record);
const NONE = 255;

test("decisions are those of the native engine", () => {
  let offers = 0;
  for (const one of cases) {
    const { problems, ...decision } = scorer.decide(one.record, optionsOf(one));
    // A number that passes through text and back is the same, so all must be equal; the probability alone goes
    // through exp, which differs between engines in its last bit.
    closeTo(decision, JSON.parse(one.decision));
    assert.deepEqual(problems, scorer.score(one.record).problems);
    offers += decision.actions.length;
  }
  assert.ok(cases.length >= 12 && offers > 5);
});

test("limits say what a model may cost, here and nowhere else", async () => {
  for (const limits of [{}, { multiplyAdds: undefined }, { formulaSteps: 2 ** 40, multiplyAdds: 2 ** 40 }]) {
    const { probability } = (await load(model, { limits })).score(records[0]);
    assert.equal(probability, scorer.score(records[0]).probability);
  }
  await assert.rejects(load(model, { limits: { multiplyAdds: 1000 } }), ({ code, message }) => {
    assert.equal(code, "artifact_price");
    assert.match(message, /1000/);
    return true;
  });
  const refused = { multiplyAdds: -1, formulaSteps: "1", steps: 1 };
  await assert.rejects(load(model, { limits: refused }), ({ code, problems }) => {
    assert.equal(code, "argument_invalid");
    assert.deepEqual(
      problems.map(({ field, rule }) => [field, rule]),
      [
        ["multiplyAdds", "bounds"],
        ["formulaSteps", "type"],
        ["steps", "unknown"],
      ],
    );
    return true;
  });
  await assert.rejects(load(model, { limits: 5 }), { code: "argument_invalid" });
  await assert.rejects(loadPlain(model, { limits: {} }), { code: "argument_invalid", message: /tenure\/decide/ });
});

test("a pool has the limits too, and says the price of a model that costs more", async () => {
  const limits = { multiplyAdds: 1000 };
  const alone = await load(model, { limits }).catch((error) => error);
  assert.match(alone.message, /\d{4,} .*1000/);
  await assert.rejects(createPool(model, { size: 2, limits }), { code: "artifact_price", message: alone.message });
  await assert.rejects(createPool(model, { size: 1, limits: { steps: 1 } }), { code: "argument_invalid" });
  const pool = await createPool(model, { size: 1, limits: { multiplyAdds: 2 ** 40 } });
  assert.deepEqual(await pool.score(records[0]), scorer.score(records[0]));
  pool.dispose();
});

/** The same texts, and numbers to 1e-9. */
function closeTo(actual, expected, place = "decision") {
  if (typeof expected === "number") {
    assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${place}: ${actual} ${expected}`);
  } else if (typeof expected === "object" && expected !== null) {
    assert.deepEqual(Object.keys(actual), Object.keys(expected), place);
    for (const key of Object.keys(expected)) closeTo(actual[key], expected[key], `${place}.${key}`);
  } else assert.equal(actual, expected, place);
}

test("the identifier is the record's own, or that of the options", () => {
  const { customerID, ...anonymous } = records[0];
  assert.equal(scorer.decide(anonymous).holdout, null);
  const held = cases.find(({ decision }) => JSON.parse(decision).holdout === true).record.customerID;
  const decision = scorer.decide(records[0], { identifier: held });
  assert.equal(decision.holdout, true);
  assert.deepEqual([decision.actions, decision.action, decision.expectedProfit], [[], "", 0]);
  assert.ok(decision.refused.some(({ rule }) => rule === "holdout"));
  assert.equal(
    scorer.decide({ ...anonymous, customerID: 17 }).holdout,
    scorer.decide(anonymous, { identifier: "17" }).holdout,
  );
});

test("reasons are in the language of the scorer, and as many as asked for", async () => {
  const speaks = await load(model, { locale: german });
  const { reasons } = speaks.decide(records[0], { reasons: 1 });
  assert.equal(reasons.length, 1);
  assert.match(reasons[0].sentence, /erhöht das Abwanderungsrisiko: \+\d+,\d Prozentpunkte\.$/);
  assert.deepEqual(scorer.decide(records[0], { reasons: 0 }).reasons, []);
});

test("all problems of the options are named at once", () => {
  const options = { daysSinceOffer: -1, exhausted: ["discuont"], reasons: 0.5, identifier: 7, budgt: 1 };
  assert.throws(
    () => scorer.decide(records[0], options),
    (error) => {
      assert.ok(error instanceof TenureError);
      assert.equal(error.code, "argument_invalid");
      assert.deepEqual(error.problems.map(({ field, rule }) => [field, rule]).sort(), [
        ["budgt", "unknown"],
        ["daysSinceOffer", "bounds"],
        ["exhausted", "unknown"],
        ["identifier", "type"],
        ["reasons", "bounds"],
      ]);
      const messages = error.problems.map(({ message }) => message).join("\n");
      assert.match(messages, /did you mean budget\?/);
      assert.match(messages, /must be names of offers; did you mean discount\?/);
      return true;
    },
  );
  assert.throws(() => scorer.decide(records[0], { scale: "probability" }), { message: /scale is not an option/ });
  assert.throws(() => scorer.decide({}), { code: "record_invalid" });
  assert.throws(() => scorer.decide(null), { code: "argument_invalid" });
});

/** Customers who differ from those of the vectors: enough for several blocks of rows. */
const many = Array.from({ length: 10_000 }, (_, row) => ({
  ...records[row % records.length],
  tenure: (row * 5) % 61,
  MonthlyCharges: 20 + ((row * 7) % 90),
  customerID: `C-${row}`,
}));

const columnsOf = (rows) =>
  Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((record) => record[name])]));

test("a plan gives each customer the offer of the best decision where nothing is limited", () => {
  const unlimited = { discount: many.length, technician: many.length };
  const plan = scorer.plan(many, { capacity: unlimited });
  const names = scorer.policy.offers.map(({ name }) => name);
  let offered = 0;
  for (let row = 0; row < many.length; row += 97) {
    const { actions, holdout } = scorer.decide(many[row], { reasons: 0 });
    assert.equal(plan.holdout[row], Number(holdout));
    assert.equal(names[plan.offer[row]], actions[0]?.offer, `row ${row}`);
    const [profit, cost] = [actions[0]?.expectedProfit ?? 0, actions[0]?.cost ?? 0];
    assert.ok(Math.abs(plan.expectedProfit[row] - profit) < 1e-6 && Math.abs(plan.cost[row] - cost) < 1e-9);
    offered += actions.length;
  }
  assert.ok(offered > 20);
  const { total, curve, offers } = plan;
  const sum = (numbers) => numbers.reduce((before, number) => before + number, 0);
  assert.ok(Math.abs(sum(plan.expectedProfit) - total.expectedProfit) < 1e-6 * total.expectedProfit);
  assert.ok(Math.abs(sum(plan.cost) - total.cost) < 1e-6 * total.cost);
  assert.ok(Math.abs(total.bound - total.expectedProfit) < 1e-6 * total.bound);
  assert.equal(plan.offer.filter((offer) => offer !== NONE).length, total.count);
  assert.deepEqual(
    offers.map(({ offer, count }) => [offer, count]),
    names.map((name, at) => [name, plan.offer.filter((offer) => offer === at).length]),
  );
  assert.ok(Math.abs(curve.bestByProfit.profit - total.expectedProfit) < 1e-6 * total.expectedProfit);
  assert.deepEqual([curve.fractions.length, curve.fractions[0], curve.fractions[100]], [101, 0, 1]);
  assert.ok(curve.byProfit.every((profit, at) => profit >= curve.byRisk[at] - 1e-6));
  // A share of one in four is held out: three standard errors.
  assert.ok(Math.abs(sum(plan.holdout) / many.length - 0.25) < 0.013);
  assert.ok(offers.every(({ campaign }) => campaign.profit > 0 && campaign.fraction > 0 && campaign.fraction <= 1));
});

test("a plan keeps to its limits, and columns give the plan of records", () => {
  const limits = { budget: 20_000, count: 900, capacity: { discount: 100 } };
  const plan = scorer.plan(many, limits);
  assert.ok(plan.total.cost <= 20_000 && plan.total.count <= 900 && plan.offers[0].count <= 100);
  assert.ok(plan.total.expectedProfit > 0.99 * plan.total.bound);
  const columns = scorer.plan(columnsOf(many), limits);
  assert.deepEqual(columns.offer, plan.offer);
  assert.deepEqual(columns.total, plan.total);
  const scores = scorer.scoreMany(many);
  assert.deepEqual(plan.probability, scores.probability);
  assert.deepEqual(plan.summary, scores.summary);
});

test("days since the last offer stop offers, and a row with errors has none", () => {
  const some = many.slice(0, 200);
  const days = some.map((_, row) => (row % 2 === 0 ? "" : "10"));
  const plan = scorer.plan({ ...columnsOf(some), since: days }, { daysSinceOffer: "since" });
  assert.ok(plan.offer.some((offer) => offer !== NONE));
  // Every cooldown of the policy is longer.
  assert.ok(plan.offer.every((offer, row) => row % 2 === 0 || offer === NONE));
  const broken = scorer.plan(some.map((record, row) => (row === 3 ? { ...record, tenure: "long" } : record)));
  assert.deepEqual([broken.errorCount, broken.offer[3], broken.problems[0].row], [1, NONE, 3]);
  assert.ok(Number.isNaN(broken.probability[3]));
});

test("all problems of a plan's options are named at once", () => {
  const options = {
    budget: -5,
    count: 0,
    capacity: { discuont: 5, support: 1.5 },
    identifier: "id",
    daysSinceOffer: 3,
    budgett: 1,
  };
  assert.throws(
    () => scorer.plan(records, options),
    (error) => {
      assert.equal(error.code, "argument_invalid");
      assert.deepEqual(error.problems.map(({ field, rule }) => [field, rule]).sort(), [
        ["budget", "bounds"],
        ["budgett", "unknown"],
        ["capacity.discuont", "unknown"],
        ["capacity.support", "bounds"],
        ["count", "bounds"],
        ["daysSinceOffer", "type"],
        ["identifier", "unknown"],
      ]);
      assert.match(
        error.problems.find(({ field }) => field === "capacity.discuont").message,
        /did you mean discount\?/,
      );
      return true;
    },
  );
  const anonymous = records.map(({ customerID, ...record }) => record);
  assert.throws(() => scorer.plan(anonymous), {
    message: /identifier must be the name of the column .*25%.*customerID/,
  });
  assert.throws(
    () => scorer.plan({ ...columnsOf(records), since: records.map(() => "soon") }, { daysSinceOffer: "since" }),
    {
      code: "columns_invalid",
      message: /since must be a number of days in each row, at least 0, or empty \(row 0 is not\) \(got soon\)/,
    },
  );
  assert.throws(() => scorer.plan({ ...columnsOf(records), customerID: ["1"] }), {
    code: "argument_invalid",
    message: /identifier must be a column of \d+ rows, as the other columns are \(got 1\)/,
  });
  assert.throws(() => scorer.plan(records, null), { code: "argument_invalid" });
  assert.throws(() => scorer.decide(records[0], []), { code: "argument_invalid" });
  assert.throws(() => scorer.plan("table"), { code: "argument_invalid" });
});

test("a policy without offers decides the tier alone, and has nothing to plan", async () => {
  const { tiers } = policy;
  const plain = await load(withPolicy({ tiers }));
  const { actions, refused, tier, value, holdout } = plain.decide(records[0]);
  assert.deepEqual([actions, refused, value, holdout], [[], [], null, false]);
  assert.equal(tier, plain.score(records[0]).tier);
  assert.throws(() => plain.plan(records), { code: "argument_invalid", message: /add \[\[policy\.offers\]\]/ });
});

test("it is the scorer of `tenure` with methods more", async () => {
  const plain = await loadPlain(model);
  assert.equal(plain.decide, undefined);
  assert.equal(plain.plan, undefined);
  assert.deepEqual(scorer.score(records[0]), plain.score(records[0]));
  assert.deepEqual(scorer.explain(records[0]), plain.explain(records[0]));
  const inline = await loadInline(model);
  assert.deepEqual(inline.decide(records[0]), scorer.decide(records[0]));
  const { load: classic } = createRequire(import.meta.url)("../dist/classic/decide.js");
  assert.deepEqual((await classic(model)).decide(records[0]), scorer.decide(records[0]));
  const disposed = await load(model);
  disposed.dispose();
  assert.throws(() => disposed.decide(records[0]), { code: "disposed" });
  assert.throws(() => disposed.plan(records), { code: "disposed" });
});
