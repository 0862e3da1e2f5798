/**
 * The scored table as CSV: the original columns, then probability, tier and problems, and what
 * is added.
 *
 * A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, a tab or a return as a formula. An
 * attacker can put such a text into a customer table (CSV injection, CWE-1236). The export puts an
 * apostrophe before these texts, so that spreadsheets show them as text. Plain numbers such as
 * `-5.20` stay as they are.
 */
import type { ScoredTable } from "./scored-table";

const FORMULA_START = /^[=+\-@\t\r]/;
const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Rows written between two pauses, so that the page stays responsive. */
const STEP = 20_000;

export function csvCell(text: string, delimiter: string): string {
  const safe = FORMULA_START.test(text) && !PLAIN_NUMBER.test(text.trim()) ? `'${text}` : text;
  const mustQuote = safe.includes(delimiter) || /["\r\n]/.test(safe) || safe !== safe.trim();
  return mustQuote ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** More columns of exported rows, as text. */
export interface AddedColumns {
  names: readonly string[];
  /** The cells of the row at a place in the export; those that are missing are empty. */
  at(place: number): readonly string[];
}

/** Exports the given rows in the given order. `tierNames` are the policy's labels, by tier. */
export async function exportCsv(
  table: ScoredTable,
  rows: Uint32Array,
  tierNames: string[],
  more: AddedColumns = { names: [], at: () => [] },
): Promise<Blob> {
  const { columns, facts, probability, tier } = table;
  // A table that is written as text has commas, if it was a sheet.
  const { delimiter = "," } = facts;
  // Each distinct text is escaped once, however many rows have it.
  const columnCells = columns.map((column) => ({
    codes: column.codes,
    texts: column.texts.map((text) => csvCell(text, delimiter)),
  }));
  const taken = new Set(columns.map((column) => column.name));
  const names = ["probability", "tier", "problems", ...more.names];
  const head = names.map((name) => (taken.has(name) ? `tenure_${name}` : name));
  const tiers = tierNames.map((name) => csvCell(name, delimiter));

  const first = [...columns.map((column) => csvCell(column.name, delimiter)), ...head].join(delimiter);
  const parts = [`${first}\r\n`];
  for (let start = 0; start < rows.length; start += STEP) {
    const lines: string[] = [];
    for (const [index, row] of rows.subarray(start, start + STEP).entries()) {
      const line = columnCells.map(({ codes, texts }) => texts[codes[row]!]!);
      const isScored = table.isScored(row);
      line.push(isScored ? probability[row]!.toFixed(6) : "", isScored ? tiers[tier[row]!]! : "");
      line.push(csvCell(table.findingsOf(row), delimiter));
      const added = more.at(start + index);
      line.push(...more.names.map((_, column) => csvCell(added[column] ?? "", delimiter)));
      lines.push(line.join(delimiter));
    }
    parts.push(`${lines.join("\r\n")}\r\n`);
    await new Promise((resolve) => setTimeout(resolve));
  }
  // Without a byte order mark Excel reads the file in the system's old code page.
  const needsMark = parts.some((part) => /\P{ASCII}/u.test(part));
  return new Blob(needsMark ? ["\ufeff", ...parts] : parts, { type: "text/csv;charset=utf-8" });
}

/** `customers.csv` becomes `customers.scored.csv`. */
export function exportName(name: string, what = "scored"): string {
  return `${name.replace(/\.[^.]*$/, "")}.${what}.csv`;
}
