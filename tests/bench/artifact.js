/** What the benchmark needs to know of an artifact: the shape of its network, so that the peers get the same one. */

import { readFileSync } from "node:fs";

/** The JSON document in a safetensors file's metadata. */
export function readDocument(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  return JSON.parse(header.__metadata__.tenure);
}

/** The background rows as records: their cells, as the values that they stand for. */
export function references({ schema, background }) {
  const value = (field, cell) => {
    if (cell === null || field.kind === "number" || field.kind === "date") return cell;
    const categories = field.kind === "flag" ? [field.negative, field.positive] : field.categories;
    return categories[cell] ?? "(other)";
  };
  return background.rows.map(({ cells }) =>
    Object.fromEntries(schema.fields.map((field, index) => [field.name, value(field, cells[index])])),
  );
}

/**
 * The dense network that says the same as the artifact's packed one: its inputs spread out as training sees them (a number
 * of n knots: n - 1 bins, its standardised value, a column for missing; a category: its categories, OTHER and missing), the
 * same hidden layers, the direct share of the logit.
 */
export function equivalentNetwork(document) {
  const fields = new Map(document.schema.fields.map((field) => [field.name, field]));
  const groups = document.encoder.inputs.map(({ name, knots = [] }) => {
    if (knots.length > 0) return { bins: knots.length - 1, columns: knots.length + 1 };
    const field = fields.get(name);
    return { bins: 0, columns: (field.kind === "flag" ? 2 : field.categories.length) + 2 };
  });
  const { hidden, dense_columns: expected } = document.card.network;
  const width = groups.reduce((sum, { columns }) => sum + columns, 0);
  if (width !== expected)
    throw new Error(`the encoder spreads out to ${width} columns, the model card says ${expected}`);
  return { groups, width, hidden };
}
