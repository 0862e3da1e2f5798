/** The numbers that a model reads in the texts of a column. */
import type { Field, Scorer } from "tenure";

/**
 * The number of each text of a number or date field; NaN where it is missing or cannot be read. Later
 * dates have greater numbers.
 */
export function numbersOf(scorer: Scorer, field: Field, texts: readonly string[]): Float64Array {
  // A date's cell is the days before the reference.
  const sign = field.kind === "date" ? -1 : 1;
  return Float64Array.from(texts, (text) => sign * (scorer.cell(field.name, text) ?? Number.NaN));
}
