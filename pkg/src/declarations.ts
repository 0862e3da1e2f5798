/** The types of a model's customers, as a file of TypeScript. */

import type { Field, Schema } from "./document.js";

/** Options of {@link declarations}. */
export interface DeclarationOptions {
  /** Name of the interface. */
  readonly name: string;
  /** Whether a text that is no category or word of the model is an error of the compiler. */
  readonly exact: boolean;
}

/**
 * Writes the interface of a model's customers. Every field is required, because an absent key is an
 * error of the record, so a misspelt name does not compile.
 */
export function declarations({ name: model, fields }: Schema, { name, exact }: DeclarationOptions): string {
  const members = fields.flatMap((field) => [
    `  /** ${comment(field)} */`,
    `  readonly ${key(field.name)}: ${[...values(field, exact), "null"].join(" | ")};`,
  ]);
  return `/**
 * Customers of the model ${safe(model)}. The command \`tenure types\` wrote this file: run it again when
 * the model changes.
 */

import type { Scorer } from "tenure";

/** One customer. \`null\` is a missing value. */
export interface ${name} {
${members.join("\n")}
}

/** What \`load<${name}>\` of \`tenure\` gives. */
export type ${name}Scorer = Scorer<${name}>;
`;
}

/** The types of a field's values, beside null. */
function values(field: Field, exact: boolean): string[] {
  // Editors complete the literals, and any other text, which counts as OTHER, compiles.
  const others = exact ? [] : ["(string & {})"];
  switch (field.kind) {
    case "number": {
      const { decimal, grouping, prefix, suffix, negative, format } = field;
      const isFormatted = [decimal, grouping, prefix, suffix, negative, format].some((key) => key !== undefined);
      return ["number", "bigint", ...(isFormatted ? ["string"] : [])];
    }
    case "date":
      return ["string", "Date", "number"];
    case "category":
      return [...field.categories.map(literal), ...(field.categories.some(isNumber) ? ["number"] : []), ...others];
    case "flag": {
      const texts = [field.positive, field.negative];
      return [
        "boolean",
        ...texts.map(literal),
        ...texts.filter(isNumber).map((text) => String(Number(text))),
        ...others,
      ];
    }
  }
}

const literal = (text: string): string => JSON.stringify(text);
const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));
const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
/** A text that neither ends a comment nor a line. */
const safe = (text: string): string => text.replace(/\s+/g, " ").replaceAll("*/", "* /");

function comment(field: Field): string {
  const parts = [field.label ?? field.name];
  if (field.kind === "number") {
    if (field.unit !== undefined) parts.push(`in ${field.unit}`);
    if (field.minimum !== undefined) parts.push(`at least ${field.minimum}`);
    if (field.maximum !== undefined) parts.push(`at most ${field.maximum}`);
  }
  if (field.kind === "date") parts.push("as a date, or the days before the reference day");
  return `${safe(parts.join(", "))}.`;
}
