/** The elements without a browser: the layout of the waterfall, numbers, and imports on a server. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { formats, spoken, TenureScore, ticks, waterfall } from "tenure/elements";

test("they can be imported where there is no page", () => {
  assert.equal(typeof TenureScore, "function");
});

test("languages are read from tags", () => {
  assert.deepEqual(["de", "de-AT", "EN-us", "fr", "", null, "toString"].map(spoken), [
    "de",
    "de",
    "en",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("numbers are written as the locale writes them, with a real minus", () => {
  const { percent, points, signed, seconds } = formats("de-DE");
  assert.deepEqual(
    [percent(0.855), points(-0.412), signed(0.5), seconds(0.021)],
    ["85,5\u00a0%", "−41,2", "+0,50", "21 ms"],
  );
  assert.equal(formats("en-US").percent(0.855), "85.5%");
  assert.equal(formats("en-US"), formats("en-US"));
});

test("the waterfall starts each step where the one below ends", () => {
  const contributions = [2, -1.5, 1, 0.5, -0.25, 0.125].map((contribution, index) => ({
    field: `f${index}`,
    label: `F${index}`,
    text: "",
    value: "",
    contribution,
    standardError: 0,
    sentence: "",
  }));
  const logit = contributions.reduce((sum, { contribution }) => sum + contribution, -1);
  const explanation = {
    base: -1,
    logit,
    probability: 0.5,
    tier: 0,
    exact: true,
    standardError: 0,
    evaluations: 1,
    contributions,
    problems: [],
  };
  const others = (count) => `${count} others`;
  const chart = waterfall(explanation, { shown: 3, others });
  assert.deepEqual(
    chart.steps.map(({ label }) => label),
    ["F0", "F1", "F2", "3 others"],
  );
  const kept = waterfall(explanation, { shown: 2, kept: new Set(["f4"]), others });
  assert.deepEqual(
    kept.steps.map(({ label }) => label),
    ["F0", "F1", "F4", "3 others"],
  );
  assert.equal(chart.steps.at(-1).from, -1);
  assert.ok(Math.abs(chart.steps[0].to - logit) < 1e-12);
  for (const [index, step] of chart.steps.slice(1).entries()) assert.equal(step.to, chart.steps[index].from);
  for (const tick of ticks(chart.low, chart.high)) assert.ok(tick >= chart.low && tick <= chart.high);
  // In points, the same steps lead to the probability.
  const points = waterfall({ ...explanation, scale: "probability", base: 0.5 - logit - 1 }, { shown: 3, others });
  assert.equal(points.output, 0.5);
  for (const [low, high] of [
    [-0.011, 0.4],
    [-5, 5],
    [2.9, 3.1],
  ])
    assert.ok(ticks(low, high).length >= 2);
});

test("the documentation lists every custom property, part, slot and event", () => {
  const folder = new URL("../src/elements/", import.meta.url);
  const sources = readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const found = (pattern) => sources.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name));
  const names = [
    ...found(/var\((--tenure-[a-z0-9-]+)/g),
    ...found(/\bpart="([a-z-]+)"/g),
    ...found(/<slot name="([a-z-]+)"/g),
    ...found(/exportparts="([^"]+)"/g).flatMap((list) => list.split(", ")),
    ...found(/"(tenure-(?:scored|change|decided|error))"/g),
  ];
  assert.ok(names.length > 50, String(names.length));
  const document = readFileSync(new URL("../../docs/elements.md", import.meta.url), "utf8");
  const isTier = (name) => /^--tenure-tier-[12]$/.test(name);
  assert.deepEqual(
    [...new Set(names)].filter((name) => !document.includes(`\`${name}\``) && !isTier(name)),
    [],
  );
});
