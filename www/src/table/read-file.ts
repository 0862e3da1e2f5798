/** Opens a chosen file as a table, or says why it is not one. Every rule of reading is in the module. */
import open, { TableReader, TableRefusal } from "../../wasm/tenure_table.js";
import { sentence, UnusableFile } from "../text/failure";

/** Bytes, with compression and without. The page keeps the whole table in memory. */
const LARGEST = 400e6;

/** Loads the module that reads tables, and opens the file with it. */
export async function openTable(file: Blob, name: string, sheet?: string): Promise<TableReader> {
  refuseLarge(file.size, name);
  const module = new URL("../../wasm/tenure_table_bg.wasm", import.meta.url);
  const [bytes] = await Promise.all([file.arrayBuffer(), open({ module_or_path: module })]);
  const content = new Uint8Array(bytes);
  // A workbook is a zip archive, which begins so. It has rows where text has lines.
  const unit = content[0] === 0x50 && content[1] === 0x4b ? "row" : "line";
  return orUnusable(name, unit, () => new TableReader(content, name, sheet));
}

/** Reads the next block; returns its number of rows, 0 at the end. */
export function nextBlock(reader: TableReader, name: string): number {
  const rows = orUnusable(name, reader.delimiter === undefined ? "row" : "line", () => reader.next_block());
  refuseLarge(reader.bytes, name);
  return rows;
}

/** What a person should know about how the table was read. */
export function noticesOf(reader: TableReader): string[] {
  return reader.notices.map(sentence);
}

function refuseLarge(bytes: number, name: string): void {
  if (bytes > LARGEST) throw new UnusableFile({ kind: "tooLarge", name, bytes, most: LARGEST });
}

function orUnusable<T>(name: string, unit: "line" | "row", read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TableRefusal)) throw error;
    const { rule, line, message } = error;
    throw new UnusableFile({
      kind: "refused",
      name,
      rule,
      message: sentence(line === undefined ? message : `${unit} ${line}: ${message}`),
    });
  }
}
