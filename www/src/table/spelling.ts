/** A customer's texts as the schema spells them: the core matches a category in other spellings too. */
import type { Scorer } from "tenure";

/**
 * The record with the schema's texts for categories and flags, and the empty text for a value that
 * is missing. Other texts stay as they are.
 */
export function spelled(scorer: Scorer, record: Readonly<Record<string, string>>): Record<string, string> {
  const own = { ...record };
  for (const field of scorer.schema.fields) {
    const { name } = field;
    const cell = scorer.cell(name, record[name] ?? null);
    if (cell === undefined) continue;
    if (Number.isNaN(cell)) own[name] = "";
    else if (field.kind === "category") own[name] = field.categories[cell] ?? record[name]!;
    else if (field.kind === "flag") own[name] = [field.negative, field.positive][cell] ?? record[name]!;
  }
  return own;
}
