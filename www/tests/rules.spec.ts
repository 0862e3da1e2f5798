/**
 * Rules of the page that need no browser: column names, cells, encodings, the row window and
 * sliders.
 */
import { expect, test } from "@playwright/test";
import { ROW_HEIGHT, RowWindow } from "../src/components/row-window";
import { isBlank, lineBreaks, readRows } from "../src/table/csv";
import { csvCell, exportName } from "../src/table/export";
import { extentOf } from "../src/table/extents";
import { nearest } from "../src/table/header";
import { decode, readBytes } from "../src/table/read-file";
import { ordered } from "../src/table/scored-table";
import { UnusableFile } from "../src/text/failure";

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

test("no row is cut between two chunks", () => {
  const cell = "x".repeat(999);
  const text = Array.from({ length: 5000 }, (_, index) => `${index},"${cell}\n"`).join("\r\n");
  const seen: string[] = [];
  let last = 0;
  readRows(text, ({ rows, share }) => {
    for (const row of rows) seen.push(row[0]!);
    expect(rows.every((row) => row.length === 2 && row[1]!.length === 1000)).toBe(true);
    expect(share).toBeGreaterThanOrEqual(last);
    last = share;
  });
  expect(seen).toEqual(Array.from({ length: 5000 }, (_, index) => String(index)));
  expect(last).toBe(1);
});

test("an unclosed quote is reported, at the end of the text and long before it", () => {
  const reported: boolean[] = [];
  readRows('a,b\n1,"2\n3,4\n', ({ isUnclosed }) => reported.push(isUnclosed));
  expect(reported).toEqual([true]);
  const stop = new Error("stop");
  const long = `a,b\n1,"2${"\n3,4".repeat(12 << 18)}`;
  expect(() =>
    readRows(long, ({ isUnclosed, isLast }) => {
      if (isUnclosed && !isLast) throw stop;
    }),
  ).toThrow(stop);
});

test("bytes are decoded in their encoding, or refused with a reason", async () => {
  const utf8 = new TextEncoder();
  expect(decode(utf8.encode("Müller"), "f")).toEqual({ text: "Müller", notices: [] });
  expect(decode(Uint8Array.of(0x4d, 0xfc), "f")).toMatchObject({
    text: "Mü",
    notices: [expect.stringContaining("Windows-1252")],
  });
  expect(decode(Uint8Array.of(0xff, 0xfe, 0x4d, 0, 0xfc, 0), "f")).toMatchObject({ text: "Mü" });
  for (const bytes of [
    utf8.encode("PK\u0003\u0004"),
    utf8.encode("PAR1"),
    Uint8Array.of(0x1f, 0x8b, 8),
    Uint8Array.of(0x61, 0, 0x62),
    new Uint8Array(),
  ]) {
    expect(() => decode(bytes, "f")).toThrow(UnusableFile);
  }
  const huge = { size: 2e9, arrayBuffer: () => Promise.reject(new Error("must not be read")) } as unknown as Blob;
  await expect(readBytes(huge, "f")).rejects.toThrow("too large");
});

test("line breaks inside cells are counted", () => {
  expect(["", "a", "a\nb", "a\r\nb\rc", "\n\n"].map(lineBreaks)).toEqual([0, 0, 1, 2, 2]);
  expect([[""], [" "], ["", ""], ["a"]].map(isBlank)).toEqual([true, true, false, false]);
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
