/**
 * Tenure, as a user loads it. It reads records and columns, so its times include checking and
 * encoding.
 */

import { load } from "tenure";

export const isAsync = false;

export async function start({ address, wasm }) {
  const scorer = await load(address("model.safetensors"), wasm === undefined ? {} : { wasm });
  return {
    record: (record) => scorer.score(record).probability,
    explain: (record) => scorer.explain(record),
    typed: (record) => scorer.row(record),
    row: (row) => scorer.scoreRow(row),
    columns: (records, rows) => typedColumns(scorer.schema, records, rows),
    texts: (records, rows) => textColumns(scorer.schema, records, rows),
    batch: (columns) => scorer.scoreMany(columns).probability,
  };
}

/**
 * Columns as in Arrow: typed numbers, and dictionaries with the categories in order of appearance.
 */
function typedColumns({ fields }, records, rows) {
  const columns = {};
  for (const { name, kind } of fields) {
    if (kind === "number") {
      columns[name] = Float64Array.from(
        { length: rows },
        (_, row) => records[row % records.length][name] ?? Number.NaN,
      );
    } else {
      const categories = [...new Set(records.map((record) => record[name]))];
      const codes = new Map(categories.map((category, code) => [category, code]));
      columns[name] = {
        codes: Uint8Array.from({ length: rows }, (_, row) => codes.get(records[row % records.length][name])),
        categories,
      };
    }
  }
  return columns;
}

/** Columns of plain values, as a CSV reader leaves them. */
function textColumns({ fields }, records, rows) {
  const column = (name) => Array.from({ length: rows }, (_, row) => records[row % records.length][name]);
  return Object.fromEntries(fields.map(({ name }) => [name, column(name)]));
}
