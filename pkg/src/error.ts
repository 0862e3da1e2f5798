/** Makes errors: from what the core throws, and from lists of problems. */

import { type Problem, TenureError } from "./tenure-error.js";

/**
 * Converts an error of the core, which has a code. Anything else (a trap, a lack of memory) is
 * returned unchanged.
 */
export function fromCore(error: unknown): unknown {
  if (error instanceof TenureError || !(error instanceof Error)) return error;
  const { code, problems } = error as Error & { code?: unknown; problems?: unknown };
  if (typeof code !== "string") return error;
  return new TenureError(code, error.message, Array.isArray(problems) ? (problems as Problem[]) : [], { cause: error });
}

/** The error of a record with problems. */
export function recordInvalid(problems: readonly Problem[]): TenureError {
  return new TenureError("record_invalid", `the record has errors: ${summary(problems)}`, problems);
}

/** The first three problems as text, and the number of the others. */
export function summary(problems: readonly Problem[]): string {
  const first = problems.slice(0, 3).map(({ field, message, value }) => `${field} ${message} (got ${value})`);
  const rest = problems.length - first.length;
  return first.join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}

/** The error for a name that is not a field of the schema. */
export function unknownField(name: unknown): TenureError {
  const value = typeof name === "string" ? name : kindOf(name);
  const problem = { field: "field", rule: "unknown", value, message: "must be a field of the schema" };
  return new TenureError("argument_invalid", `the schema has no field ${value}`, [problem]);
}

/** The kind of a value, as messages name it. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
  const name = (value as object).constructor?.name;
  return name && name !== "Object" ? `a ${name}` : "an object";
}
