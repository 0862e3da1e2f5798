/** Opens a chosen file as a table, or says why it is not one. Every rule of reading is in the module. */
import open, { TableReader, TableRefusal } from "../../wasm/tenure_table.js";
import { sentence, UnusableFile } from "../text/failure";
import { formatBytes } from "../text/numbers";

/** Bytes, with compression and without. The page keeps the whole table in memory. */
const LARGEST = 400e6;

/** Titles of refusals by the rule that is broken, behind the file's name. */
const TITLES: Record<string, string> = {
  not_empty: "is empty",
  rows: "has no customers",
  header: "has no header line",
  unique_columns: "names a column more than once",
  format: "is not a table",
  encoding: "has an encoding that is not read",
  delimiter: "has lines that do not fit its header",
  closed_quotes: "has an unclosed quote",
  record_length: "has a row that is too long",
  undamaged: "is damaged",
};

/** Loads the module that reads tables, and opens the file with it. */
export async function openTable(file: Blob, name: string): Promise<TableReader> {
  refuseLarge(file.size, name);
  const module = new URL("../../wasm/tenure_table_bg.wasm", import.meta.url);
  const [bytes] = await Promise.all([file.arrayBuffer(), open({ module_or_path: module })]);
  return orUnusable(name, () => new TableReader(new Uint8Array(bytes), name));
}

/** Reads the next block; returns its number of rows, 0 at the end. */
export function nextBlock(reader: TableReader, name: string): number {
  const rows = orUnusable(name, () => reader.next_block());
  refuseLarge(reader.bytes, name);
  return rows;
}

/** What a person should know about how the table was read. */
export function noticesOf(reader: TableReader): string[] {
  const others =
    reader.sheets.length > 1 ? ["To read another sheet, put it first in the workbook, or save it as a file."] : [];
  return [...reader.notices.map(sentence), ...others];
}

function refuseLarge(bytes: number, name: string): void {
  if (bytes <= LARGEST) return;
  throw new UnusableFile(
    `${name} is too large for the page`,
    `It has ${formatBytes(bytes)} or more. The page keeps the whole table in memory and takes at most ${formatBytes(LARGEST)}, about three million customers. For a larger table use the command \`tenure score\`.`,
  );
}

function orUnusable<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TableRefusal)) throw error;
    const { rule, line, message } = error;
    throw new UnusableFile(
      `${name} ${TITLES[rule] ?? "cannot be read"}`,
      sentence(line === undefined ? message : `line ${line}: ${message}`),
    );
  }
}
