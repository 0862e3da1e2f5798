/** Other policies for a model: checked, used, and written into its file. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "tenure/decide";
import { withPolicy, withReference } from "./artifact.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url), "utf8"));
const { policy, cases } = read("decide");
const { reference } = read("profile");
const bytes = withPolicy(policy);
const [{ record }] = cases;
const other = { ...policy, value: 10_000, offers: [{ name: "call", cost: 5, effect: 0.5 }] };

test("all problems of a policy are told at once, each with its place", async () => {
  const scorer = await load(bytes);
  assert.deepEqual(scorer.checkPolicy(policy), []);
  const wrong = {
    ...policy,
    value: "12 * Monthly",
    tiers: [{ ...policy.tiers[0], from: "low" }, ...policy.tiers.slice(1)],
    offers: [
      { name: "call", cost: -5, effect: 1.5 },
      { name: "call", cost: 5, effect: 0.1, capacity: 0.5, answers: ["weather"] },
    ],
  };
  assert.deepEqual(
    scorer.checkPolicy(wrong).map(({ place }) => place),
    [
      "policy.tiers[0].from",
      "policy.value",
      "policy.offers[1].name",
      "policy.offers[0].cost",
      "policy.offers[0].effect",
      "policy.offers[1].capacity",
      "policy.offers[1].answers",
    ],
  );
  assert.match(scorer.checkPolicy(wrong)[3].message, /must be at least 0, and finite \(got -5\)/);
  for (const none of [undefined, null, 7, "text", []]) {
    assert.deepEqual(
      scorer.checkPolicy(none).map(({ place }) => place),
      ["policy"],
    );
  }
  for (const use of [() => scorer.usePolicy(wrong), () => scorer.withPolicy(bytes, wrong)]) {
    assert.throws(use, (error) => {
      assert.equal(error.code, "policy_invalid");
      assert.equal(error.problems.length, 7);
      assert.match(error.message, /policy\.offers\[0\]\.cost: must be at least 0/);
      return true;
    });
  }
});

test("a policy has the problems that the command finds in it", async () => {
  const scorer = await load(bytes);
  // `cli/tests/decide.rs` holds the command against the same file.
  const { cases } = read("policies");
  assert.ok(cases.length >= 4);
  for (const { policy, problems } of cases) assert.deepEqual(scorer.checkPolicy(policy), problems);
});

test("a policy in use decides, and a file with it decides the same", async () => {
  const scorer = await load(bytes);
  const before = scorer.decide(record);
  scorer.usePolicy(other);
  assert.deepEqual(scorer.policy, other);
  assert.ok(Object.isFrozen(scorer.policy.offers[0]));
  const decision = scorer.decide(record);
  assert.notDeepEqual(decision.actions, before.actions);
  assert.equal(decision.actions[0].offer, "call");
  assert.equal(scorer.plan(cases.map(({ record }) => record)).offers.length, 1);

  const file = scorer.withPolicy(bytes, other);
  const saved = await load(file);
  assert.deepEqual(saved.policy, other);
  assert.deepEqual(saved.decide(record), decision);
  assert.deepEqual(saved.schema, scorer.schema);
  assert.deepEqual(saved.card, scorer.card);
  // It has a checksum.
  const damaged = file.slice();
  damaged[damaged.length - 1] ^= 1;
  await assert.rejects(load(damaged), { code: "artifact_checksum" });
  assert.throws(() => scorer.withPolicy(new Uint8Array(4), other), { code: /^artifact_/ });
  // Written again with its own policy, the file is the same.
  assert.deepEqual(saved.withPolicy(file, other), file);
});

test("a scorer that counts a profile keeps its policy", async () => {
  const scorer = await load(withReference(policy, reference), { profile: true });
  assert.throws(() => scorer.usePolicy(other), { code: "argument_invalid", message: /keeps its policy/ });
  assert.deepEqual(scorer.policy, policy);
});
