/** The rows of columns as records. */
import type { Columns, CustomerRecord, DictionaryColumn } from "tenure";

export function recordsOf(columns: Columns): (row: number) => CustomerRecord {
  const entries = Object.entries(columns as Record<string, DictionaryColumn>);
  return (row) => Object.fromEntries(entries.map(([name, { codes, categories }]) => [name, categories[codes[row]!]]));
}
