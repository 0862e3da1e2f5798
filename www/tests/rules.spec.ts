/**
 * Rules of the page that need no browser: column names, cells, the row window, axes and
 * sliders.
 */
import { expect, test } from "@playwright/test";
import type { Explanation, Policy } from "tenure";
import { Peers } from "../src/cohort/peers";
import { ROW_HEIGHT, RowWindow } from "../src/components/row-window";
import { draftOf, policyOf, toToml } from "../src/plan/draft";
import { pulled } from "../src/plan/policy";
import { csvCell, exportName } from "../src/table/export";
import { extentOf } from "../src/table/extents";
import { nearest } from "../src/table/header";
import { ordered } from "../src/table/scored-table";

test("cells that a spreadsheet would run get an apostrophe, numbers do not", () => {
  for (const text of ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx"])
    expect(csvCell(text, ",").replace(/^"/, "")).toMatch(/^'/);
  for (const text of ["-5", "+5", "-5.25", "-1e-3", "5-5", "", "a=b"]) expect(csvCell(text, ",")).toBe(text);
  expect(csvCell('a "b", c', ",")).toBe('"a ""b"", c"');
  expect(csvCell("a,b", ";")).toBe("a,b");
  expect(csvCell(" padded", ",")).toBe('" padded"');
  expect(exportName("customers.2026.csv")).toBe("customers.2026.scored.csv");
});

const policy: Policy = {
  tiers: [
    { name: "low", label: "Low", from: 0 },
    { name: "high", label: "High", from: 0.07, action: "A person calls" },
  ],
  value: "12 * MonthlyCharges",
  contact_cost: 1.5,
  holdout: { fraction: 0.1, key: "spring" },
  reasons: [{ name: "price", label: "Price", fields: ["MonthlyCharges", "TotalCharges"] }],
  offers: [
    { name: "call", cost: 8, effect: { alpha: 6, beta: 14 }, eligible: 'a == "b"', answers: ["price"], capacity: 5 },
    { name: "gift", label: "A gift", cost: "0.1 * MonthlyCharges", effect: 0.2, cooldown: 90 },
  ],
};

test("a policy is the same after the form, and is written as the schema file has it", () => {
  expect(policyOf(draftOf(policy), policy)).toEqual(policy);
  const draft = draftOf(policy);
  // What is no number is left to the core.
  expect(policyOf({ ...draft, contact_cost: "much" }, policy).contact_cost).toBe("much");
  expect(policyOf({ ...draft, holdout: { fraction: " ", key: "" } }, policy).holdout).toBeUndefined();
  const toml = toToml(policy);
  expect(toml).toContain(
    '[policy]\nvalue = "12 * MonthlyCharges"\ncontact_cost = 1.5\n\n[policy.holdout]\nfraction = 0.1',
  );
  expect(toml).toContain('effect = { alpha = 6, beta = 14 }\neligible = "a == \\"b\\""');
});

test("levers multiply the amounts of a policy", () => {
  const { value, contact_cost, holdout, offers } = pulled(policy, { value: 1.5, cost: 2, holdout: 0 });
  expect(value).toBe("(12 * MonthlyCharges) * 1.5");
  expect(contact_cost).toBe(3);
  expect(holdout).toBeUndefined();
  expect(offers?.map(({ cost }) => cost)).toEqual([16, "(0.1 * MonthlyCharges) * 2"]);
  expect(pulled(policy, { value: 1, cost: 1, holdout: 0.1 })).toEqual(policy);
});

test("a customer's strongest reason is the one that the others of the tier do not have", () => {
  const fields = ["a", "b"].map((name) => ({ kind: "number", name }) as const);
  const peers = new Peers(
    { schema_version: 1, name: "", target: { field: "c" }, fields },
    Float64Array.from([2, 0.5, 0, 0]),
  );
  const told = (a: number, b: number) => {
    const contributions = [a, b].map((contribution, at) => ({ field: fields[at]!.name, contribution }));
    const found = peers.strongest({ tier: 0, base: 0, logit: a + b, contributions } as unknown as Explanation);
    return found && [found.field, found.contribution];
  };
  expect(told(2.1, 1.5)).toEqual(["b", 1]);
  expect(told(1, 0.6)).toEqual(["a", -1]);
  // Exactly as the tier is.
  expect(told(2, 0.5)).toEqual(["a", 2]);
});

test("columns with a similar name are suggested, the closest first", () => {
  const header = ["Monthly_Charge", "monthly charges", "Total", "city"];
  expect(nearest(["MonthlyCharges", "Monthly charges"], header)).toEqual(["monthly charges", "Monthly_Charge"]);
  expect(nearest(["gender", "Gender"], header)).toEqual([]);
});

test("rows without a score come last in both directions, equal ones keep their order", () => {
  const keys = Float32Array.from([0.2, NaN, 0.9, 0.2, NaN]);
  expect([...ordered(5, keys, -1)]).toEqual([2, 0, 3, 1, 4]);
  expect([...ordered(5, keys, 1)]).toEqual([0, 3, 2, 1, 4]);
});

test("only the rows in view are rendered, however many there are", () => {
  for (const rows of [0, 1, 10, 100_000, 5_000_000]) {
    const tallest = new RowWindow(rows, 800, 0).bodyHeight;
    expect(tallest).toBeLessThanOrEqual(15_000_000);
    const end = new RowWindow(rows, 800, tallest);
    expect(end.inView().last).toBe(rows);
    const { first, last } = end.rendered();
    expect(last - first).toBeLessThan(40);
    if (rows > 0) expect(end.top(rows - 1) + ROW_HEIGHT).toBeLessThanOrEqual(tallest + 0.01);
    for (const place of rows === 0 ? [] : [0, rows >> 1, rows - 1]) {
      const shown = new RowWindow(rows, 800, new RowWindow(rows, 800, 0).revealing(place) ?? 0).inView();
      expect(place >= shown.first && place < shown.last).toBe(true);
    }
  }
});

test("a slider spans the bounds, or the range of the table where a bound is missing", () => {
  expect(extentOf({ kind: "number", name: "n", minimum: 0 }, [3, Number.NaN, 72, Number.NaN])).toEqual({
    low: 0,
    high: 72,
    step: 1,
  });
  expect(extentOf({ kind: "number", name: "n" }, [18.25, 118.75])).toMatchObject({ low: 18.25, step: 0.1 });
  expect(extentOf({ kind: "number", name: "n" }, [5, 5])).toBeUndefined();
});
