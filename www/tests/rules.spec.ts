/**
 * Rules of the page that need no browser: column names, cells, the row window, axes and
 * sliders.
 */
import { expect, test } from "@playwright/test";
import { ROW_HEIGHT, RowWindow } from "../src/components/row-window";
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
