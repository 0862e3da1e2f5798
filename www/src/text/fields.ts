/** Labels of the fields of a schema. */
import type { Field, Schema } from "tenure";

export function fieldLabel(field: Field): string {
  return field.label || field.name;
}

/** The label of every field, by the field's name. */
export function fieldLabels(schema: Schema): Map<string, string> {
  return new Map(schema.fields.map((field) => [field.name, fieldLabel(field)]));
}
