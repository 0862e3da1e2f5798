/** A customer's texts as the schema spells them: the core matches a category in other spellings too. */
import { type Scorer, TenureError } from "tenure";

/**
 * The record with the schema's texts for categories and flags, and the empty text for a value that
 * is missing. Other texts stay as they are.
 */
export function spelled(scorer: Scorer, record: Readonly<Record<string, string>>): Record<string, string> {
  const missing = Object.fromEntries(scorer.schema.fields.map(({ name }) => [name, null]));
  const own = { ...record };
  scorer.schema.fields.forEach((field, index) => {
    const { name } = field;
    const cell = cellOf(() => scorer.row({ ...missing, [name]: record[name] ?? null })[index]);
    if (cell === undefined) return;
    if (Number.isNaN(cell)) own[name] = "";
    else if (field.kind === "category") own[name] = field.categories[cell] ?? record[name]!;
    else if (field.kind === "flag") own[name] = [field.negative, field.positive][cell] ?? record[name]!;
  });
  return own;
}

/** The cell, or `undefined` if the value breaks a rule. */
function cellOf(read: () => number | undefined): number | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TenureError && error.code === "record_invalid") return undefined;
    throw error;
  }
}
