/** Reads the shape of an artifact's network, so that the peers get the same one. */

import { readFileSync } from "node:fs";

/** The JSON document in a safetensors file's metadata. */
export function readDocument(path) {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  return JSON.parse(header.__metadata__.tenure);
}

/** The background rows as records. */
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
 * The dense network that computes the same as the artifact's packed one. Its inputs are the columns
 * of training: for a number with n knots n - 1 bins, its standardised value and missing; for a
 * category its categories, OTHER and missing. The hidden layers and the direct share of the logit
 * are the same.
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
  if (width !== expected) throw new Error(`the encoder has ${width} columns, but the model card says ${expected}`);
  return { groups, width, hidden };
}
