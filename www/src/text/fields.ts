/** The fields of a schema and its target as text. */
import type { Field, Schema } from "tenure";
import { anyOf } from "./numbers";
import { texts } from "./texts";

export function fieldLabel(field: Field): string {
  return field.label || field.name;
}

/** The label of every field, by the field's name. */
export function fieldLabels(schema: Schema): Map<string, string> {
  return new Map(schema.fields.map((field) => [field.name, fieldLabel(field)]));
}

/** What the model predicts, as in `Churn = Yes`. */
export function targetText({ target }: Schema): string {
  if (target.when !== undefined) return texts().targetWhen[target.when](target.field);
  return `${target.field} = ${anyOf([target.positive ?? []].flat())}`;
}

/** The values that a column may have, in words. */
export function expectedValues(field: Field): string {
  const { expects } = texts();
  if (field.kind === "date") return expects.date(field.format);
  if (field.kind === "flag") return anyOf([field.positive, field.negative]);
  if (field.kind === "number") return expects.number(field.minimum, field.maximum, field.unit);
  const shown = field.categories.slice(0, 4).join(", ");
  return field.categories.length > 4 ? expects.more(shown, field.categories.length - 4) : shown;
}
