/**
 * The range of each number's slider: the schema's bounds, or the range of the table where a bound
 * is missing.
 */
import type { NumberField, Scorer } from "tenure";
import { numbersOf } from "./numbers";
import type { ScoredTable } from "./scored-table";

export interface Extent {
  low: number;
  high: number;
  step: number;
}

/** Positions on a slider for numbers that are not all whole. */
const POSITIONS = 200;

export function extents(table: ScoredTable, scorer: Scorer): Map<string, Extent> {
  const found = new Map<string, Extent>();
  for (const field of scorer.schema.fields) {
    if (field.kind !== "number") continue;
    const extent = extentOf(field, numbersOf(scorer, field, table.column(field.name)?.texts ?? []));
    if (extent) found.set(field.name, extent);
  }
  return found;
}

export function extentOf(field: NumberField, values: Iterable<number>): Extent | undefined {
  let least = Infinity;
  let most = -Infinity;
  let isWhole = true;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
    isWhole &&= Number.isInteger(value);
  }
  if (least > most) return undefined;
  // A stray value far outside the bounds must not stretch the slider. Where a bound is missing, the
  // table's own applies.
  const low = field.minimum ?? least;
  const high = Math.max(low, Math.min(field.maximum ?? most, most));
  if (low >= high) return undefined;
  const fine = 10 ** Math.floor(Math.log10((high - low) / POSITIONS));
  return { low, high: isWhole ? high : Math.ceil(high / fine) * fine, step: isWhole ? 1 : fine };
}
