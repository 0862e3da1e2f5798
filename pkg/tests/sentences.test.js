/** Sentences: English by default, German, a user's own table, and problems of a table. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "tenure";
import { english } from "tenure/english";
import { german } from "tenure/german";
import { artifactPath, sampleRecords } from "./artifact.js";

const scorer = await load(artifactPath());
const inGerman = await load(artifactPath(), { locale: german });
const { schema } = scorer;
const records = sampleRecords(schema, 20);

test("every contribution is a sentence of its label, its value and its size", () => {
  for (const record of records) {
    for (const { label, text, contribution, sentence } of scorer.explain(record).contributions) {
      const amount = `${contribution > 0 ? "+" : ""}${contribution.toFixed(2)}`;
      const says =
        Math.abs(contribution) < 0.005
          ? `${label} (${text}) hardly moves the risk of leaving.`
          : `${label} (${text}) ${contribution > 0 ? "raises" : "lowers"} the risk of leaving: ${amount} on the log-odds.`;
      assert.equal(sentence, says);
    }
    for (const { text, sentence } of inGerman.explain(record).contributions) {
      assert.match(sentence, /erhöht|senkt|verändert/);
      assert.ok(sentence.includes(`(${text})`), sentence);
    }
  }
});

test("a unit of one is singular, money has its sign and its cents, thousands their mark", () => {
  const months = schema.fields.find(({ unit }) => unit === "months");
  const money = schema.fields.find(({ unit }) => unit === "$");
  assert.ok(months && money, "the test artifact has months and $");
  const say = (from, field, value) =>
    from.explain({ ...records[0], [field.name]: value }).contributions.find((found) => found.field === field.name).text;
  assert.deepEqual(
    [1, 2, 0].map((value) => say(scorer, months, value)),
    ["1 month", "2 months", "0 months"],
  );
  assert.deepEqual(
    [1, 2].map((value) => say(inGerman, months, value)),
    ["1 Monat", "2 Monate"],
  );
  assert.deepEqual([say(scorer, money, 1234.5), say(inGerman, money, 1234.5)], ["$1,234.50", "1.234,50 $"]);
  assert.deepEqual([say(scorer, money, null), say(inGerman, money, null)], ["missing", "nicht bekannt"]);
});

test("every counterfactual, and why there is none, is a sentence", () => {
  let found = 0;
  for (const record of records) {
    const threshold = scorer.score(record).probability * 0.8;
    const { answers } = scorer.counterfactuals(record, { threshold });
    for (const { changes, sentence } of answers) {
      assert.match(sentence, /^With .+, the probability of leaving would be \d+\.\d% instead of \d+\.\d%\./);
      for (const { label, toText, fromText } of changes) {
        assert.ok(sentence.includes(label) && sentence.includes(toText) && sentence.includes(fromText), sentence);
      }
    }
    found += answers.length;
    for (const { sentence } of inGerman.counterfactuals(record, { threshold }).answers) {
      assert.match(sentence, /^Mit .+ läge die Abwanderungswahrscheinlichkeit bei \d+,\d\xa0% statt \d+,\d\xa0%\./);
    }
  }
  assert.ok(found > 0);
  const [record] = records;
  assert.match(
    scorer.counterfactuals(record, { threshold: 0 }).sentence,
    /^No set of up to \d+ changes .+ below 0\.0%; /,
  );
  assert.match(
    inGerman.counterfactuals(record, { threshold: 1 }).sentence,
    /liegt mit \d+,\d\xa0% schon unter 100,0\xa0%\.$/,
  );
});

test("a user's table translates labels and categories", async () => {
  const field = schema.fields.find(({ kind }) => kind === "category");
  const words = { [field.label ?? field.name]: "Mein Feld", [field.categories[0]]: "mein Wert" };
  const own = await load(artifactPath(), {
    locale: { ...german, words, raises: "+ {label}", lowers: "- {label}", keeps: "= {label}" },
  });
  const record = { ...records[0], [field.name]: field.categories[0] };
  const { label, text, sentence } = own.explain(record).contributions.find((found) => found.field === field.name);
  assert.deepEqual([label, text], ["Mein Feld", "mein Wert"]);
  assert.match(sentence, /^[+=-] Mein Feld$/);
  assert.deepEqual(Object.keys(german).sort(), Object.keys(english).sort());
});

test("a table with problems is refused with all of them", async () => {
  const { comma: _, ...rest } = english;
  const locale = { ...rest, keeps: "{lable} stays", surprise: "1" };
  await assert.rejects(load(artifactPath(), { locale }), (error) => {
    assert.deepEqual([error.name, error.code], ["TenureError", "argument_invalid"]);
    for (const part of ["comma: is missing", "keeps: has a brace", "surprise: is not a known key"])
      assert.ok(error.message.includes(part), error.message);
    return true;
  });
  await assert.rejects(load(artifactPath(), { locale: "german" }), { code: "argument_invalid" });
});

test("the tables equal the core's", () => {
  for (const [name, table] of Object.entries({ english, german })) {
    assert.deepEqual(
      JSON.parse(readFileSync(new URL(`../../src/sentence/${name}.json`, import.meta.url), "utf8")),
      table,
    );
  }
});
