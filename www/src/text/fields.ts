/** The fields of a schema and its target as text. */
import type { Field, Schema } from "tenure";

export function fieldLabel(field: Field): string {
  return field.label || field.name;
}

/** The label of every field, by the field's name. */
export function fieldLabels(schema: Schema): Map<string, string> {
  return new Map(schema.fields.map((field) => [field.name, fieldLabel(field)]));
}

/** What the model predicts, as in `Churn = Yes`. */
export function targetText({ target }: Schema): string {
  if (target.when !== undefined) return `${target.field} is ${target.when}`;
  return `${target.field} = ${[target.positive ?? []].flat().join(" or ")}`;
}
