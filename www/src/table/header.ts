/** Finds the columns that the model needs among the names of the header, which are all different. */
import type { Schema } from "tenure";
import { UnusableFile } from "../text/failure";
import type { Mapping } from "./messages";

/**
 * Index of each schema field's column, in schema order: the column that the mapping names, or the
 * one with the field's name. If columns are missing, the error lists each of them with similar
 * columns of the file.
 */
export function fieldColumns(header: string[], schema: Schema, name: string, mapping: Mapping): number[] {
  const found = schema.fields.map((field) => header.indexOf(mapping[field.name] ?? field.name));
  const absent = schema.fields.filter((_, index) => found[index] === -1);
  if (absent.length === 0) return found;

  if (absent.length === found.length) {
    const first = header.slice(0, 6).join(", ");
    if (header.some((cell) => cell !== "" && Number.isFinite(Number(cell))))
      throw new UnusableFile({ kind: "noHeader", name, first });
    if (header.length === 1) throw new UnusableFile({ kind: "oneColumn", name, first: first.slice(0, 80) });
  }
  const columns = header.filter((_, column) => !found.includes(column));
  const missing = absent.map((field) => {
    const label = field.label || field.name;
    return { field: field.name, label, nearest: nearest([field.name, label], columns) };
  });
  throw new UnusableFile({ kind: "columns", name, needed: found.length, missing, columns });
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
