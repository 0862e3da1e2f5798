/**
 * The page reads tables with the command's own reader. The module reads the tables of
 * `tests/tables`, as the reader's Rust test does, and the page reads some of them from files.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { append } from "../src/table/dictionary";
import { noticesOf, openTable } from "../src/table/read-file";
import { sentence } from "../src/text/failure";
import { initSync, TableReader, TableRefusal } from "../wasm/tenure_table.js";
import { expect, field, grid, open, row, test } from "./page";

interface Refused {
  rule: string;
  line: number | null;
  part: string;
}

interface Table {
  file: string;
  refused?: Refused;
  columns: string[];
  delimiter: string | null;
  rows: [line: number, cells: string[] | null][];
  broken: [line: number, problem: string][];
  notices: string[];
}

const place = (name: string) => fileURLToPath(new URL(`../../tests/tables/${name}`, import.meta.url));
const tables = JSON.parse(readFileSync(place("tables.json"), "utf8")) as Table[];

test.beforeAll(() => {
  initSync({ module: readFileSync(new URL("../wasm/tenure_table_bg.wasm", import.meta.url)) });
});

function read(name: string): Omit<Table, "refused"> {
  const reader = new TableReader(readFileSync(place(name)), name);
  const texts = reader.columns.map((): string[] => []);
  const rows: Table["rows"] = [];
  const broken: Table["broken"] = [];
  for (let count = reader.next_block(); count > 0; count = reader.next_block()) {
    const codes = texts.map((list, column) => {
      const codes = reader.codes(column);
      append(reader.new_texts(column), list);
      return codes;
    });
    const lines = reader.lines();
    const problems = reader.broken_problems();
    const places = [...reader.broken_rows()];
    for (const [index, at] of places.entries()) broken.push([lines[at]!, problems[index]!]);
    for (const [at, line] of lines.entries()) {
      rows.push([line, places.includes(at) ? null : texts.map((list, column) => list[codes[column]![at]!]!)]);
    }
  }
  expect(reader.share).toBe(1);
  const { columns, delimiter, notices } = reader;
  return { file: name, columns, delimiter: delimiter ?? null, rows, broken, notices };
}

function refusalOf(read: () => unknown): TableRefusal {
  try {
    read();
  } catch (error) {
    if (error instanceof TableRefusal) return error;
    throw error;
  }
  throw new Error("the table was read");
}

for (const table of tables) {
  test(`${table.file} reads as in the command`, () => {
    if (!table.refused) {
      const { notices, ...expected } = table;
      expect(read(table.file)).toEqual({ ...expected, notices: notices.map((part) => expect.stringContaining(part)) });
      return;
    }
    const { rule, line, message } = refusalOf(() => read(table.file));
    expect({ rule, line: line ?? null }).toEqual({ rule: table.refused.rule, line: table.refused.line });
    expect(message).toContain(table.refused.part);
  });
}

test("what the module does not read names the command", () => {
  for (const bytes of [Uint8Array.of(0x50, 0x41, 0x52, 0x31), Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x61)]) {
    const { rule, message } = refusalOf(() => new TableReader(bytes, "t"));
    expect(rule).toBe("format");
    expect(message).toContain("use the command `tenure`");
  }
});

test("a text crosses once, however many blocks have it", () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `${index},${index % 3}`);
  const reader = new TableReader(new TextEncoder().encode(["id,plan", ...rows].join("\n")), "t.csv");
  const seen: string[][] = [[], []];
  let blocks = 0;
  let share = 0;
  for (let count = reader.next_block(); count > 0; count = reader.next_block(), blocks++) {
    for (const [column, texts] of seen.entries()) {
      expect(reader.codes(column)).toHaveLength(count);
      append(reader.new_texts(column), texts);
    }
    expect(reader.share).toBeGreaterThan(share);
    share = reader.share;
  }
  expect(blocks).toBeGreaterThan(3);
  expect(seen.map((texts) => texts.length)).toEqual([20_000, 3]);
});

test("a file that is too large is refused before it is read", async () => {
  const huge = { size: 2e9, arrayBuffer: () => Promise.reject(new Error("must not be read")) } as unknown as Blob;
  await expect(openTable(huge, "f")).rejects.toThrow("tooLarge");
});

test("notices are sentences", () => {
  const notices = noticesOf(new TableReader(readFileSync(place("sheets.xlsx")), "sheets.xlsx"));
  expect(notices).toEqual([
    'The sheet "Customers" is read, the first of 2 ("Customers", "Notes").',
    "A row without any value is passed over, row 3.",
  ]);
  expect(["a b", "A.", "is it?"].map(sentence)).toEqual(["A b.", "A.", "Is it?"]);
});

for (const name of ["telco.xlsx", "telco.csv.gz"]) {
  test(`the page scores ${name}`, async ({ page }) => {
    await open(page);
    await page.getByLabel("Customer table").setInputFiles(place(name));
    await expect(grid(page)).toHaveAttribute("aria-rowcount", "4");
    await expect(row(page, 0)).toContainText("0001-A");
    const unit = name.endsWith("xlsx") ? "row" : "line";
    await page.getByRole("button", { name: `1 ${unit} not scored` }).click();
    const problems = page.getByRole("complementary", { name: "Problems" });
    // A workbook has no lines.
    await expect(problems.getByRole("columnheader").first()).toHaveText(unit === "row" ? "Row" : "Line");
    await problems.getByRole("button", { name: `Open ${unit} 3`, exact: true }).click();
    await expect(field(page, "tenure")).toHaveValue("soon");
  });
}
