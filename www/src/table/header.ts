/** Finds the columns that the model needs among the names of the header, which are all different. */
import type { Schema } from "tenure";
import { UnusableFile } from "../text/failure";
import { fieldLabel } from "../text/fields";

/**
 * Index of each schema field's column, in schema order. If columns are missing, the error lists
 * each of them with similar columns of the file.
 */
export function fieldColumns(header: string[], schema: Schema, name: string): number[] {
  const needed = schema.fields.map((field) => field.name);
  const found = needed.map((field) => header.indexOf(field));

  const missing = schema.fields.filter((_, index) => found[index] === -1);
  if (missing.length === 0) return found;

  if (missing.length === needed.length) {
    const first = header.slice(0, 6).join(", ");
    if (header.some((cell) => cell !== "" && Number.isFinite(Number(cell)))) {
      throw new UnusableFile(
        `${name} has no header line`,
        `The first line must name the columns, but it contains values: ${first}. Add a line with the column names.`,
      );
    }
    if (header.length === 1) {
      throw new UnusableFile(
        `${name} is not a table`,
        `Its first line has only one column: ${first.slice(0, 80)}. Separate the column names with commas, semicolons, tabs or vertical bars.`,
      );
    }
  }
  throw new UnusableFile(
    missing.length === needed.length
      ? `${name} is not a table for this model`
      : `${name} is missing ${missing.length === 1 ? "a column" : `${missing.length} columns`}`,
    `The model needs ${needed.length} columns. The header does not have the ${missing.length === 1 ? "one" : "ones"} below. Names must match exactly. Add or rename ${missing.length === 1 ? "the column" : "the columns"}, then choose the file again.`,
    missing.map((field) => ({
      field: field.name,
      label: fieldLabel(field),
      nearest: nearest(
        [field.name, fieldLabel(field)],
        header.filter((column) => !needed.includes(column)),
      ),
    })),
  );
}

/** Up to two columns with a similar name, the closest first. */
export function nearest(names: string[], columns: string[]): string[] {
  const distance = (column: string) => Math.min(...names.map((name) => editDistance(plain(name), plain(column))));
  return columns
    .map((column) => ({ column, distance: distance(column) }))
    .filter(
      ({ column, distance }) => plain(column) !== "" && distance <= Math.max(1, Math.floor(plain(column).length / 3)),
    )
    .sort((left, right) => left.distance - right.distance)
    .slice(0, 2)
    .map(({ column }) => column);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** Levenshtein distance, computed one row of the matrix at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const swap = row[j - 1]! + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
