/** How far each number goes, for its slider: the schema's bounds, or what the table holds where they are open. */
import type { NumberField, Schema } from "tenure";
import type { ScoredTable } from "./scored-table";

export interface Extent {
  low: number;
  high: number;
  step: number;
}

/** Positions that a slider offers when the numbers are no whole ones. */
const POSITIONS = 200;

export function extents(table: ScoredTable, schema: Schema): Map<string, Extent> {
  const found = new Map<string, Extent>();
  for (const field of schema.fields) {
    if (field.kind !== "number") continue;
    const extent = extentOf(field, table.column(field.name)?.texts ?? []);
    if (extent) found.set(field.name, extent);
  }
  return found;
}

export function extentOf(field: NumberField, texts: string[]): Extent | undefined {
  let least = Infinity;
  let most = -Infinity;
  let isWhole = true;
  for (const text of texts) {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
    isWhole &&= Number.isInteger(value);
  }
  if (least > most) return undefined;
  // A stray value far outside the bounds must not stretch the slider; an open side follows the table.
  const low = field.minimum ?? least;
  const high = Math.max(low, Math.min(field.maximum ?? most, most));
  if (low >= high) return undefined;
  const fine = 10 ** Math.floor(Math.log10((high - low) / POSITIONS));
  return { low, high: isWhole ? high : Math.ceil(high / fine) * fine, step: isWhole ? 1 : fine };
}
