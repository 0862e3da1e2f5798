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
  if (!name || name === "Object") return "an object";
  return `a ${name}${/^(String|Number|Boolean|BigInt|Symbol)$/.test(name) ? " object" : ""}`;
}

/** Names and values of the options of a call. Throws if they are no plain object. */
export function optionEntries(options: unknown): [name: string, value: unknown][] {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return Object.entries(options);
  throw new TenureError("argument_invalid", `options must be a plain object, not ${kindOf(options)}`);
}

/** The problem of an option that does not exist, with the name that was probably meant. */
export function unknownOption(field: string, value: unknown, names: readonly string[]): Problem {
  return {
    field,
    rule: "unknown",
    value: textOf(value),
    message: `is not an option; ${hint(field, names, "options")}`,
  };
}

/** The name that was probably meant; if none is near, all names of that kind. */
export function hint(name: string, names: readonly string[], kind: string): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return names.length === 0 ? `there are no ${kind}` : `the ${kind} are ${names.join(", ")}`;
}

/** Problems of options that do not exist: a misspelt one would be ignored without a word. */
export function unknownOptions(options: unknown, names: readonly string[]): Problem[] {
  const unknown = optionEntries(options).filter(([name]) => !names.includes(name));
  return unknown.map(([name, value]) => unknownOption(name, value, names));
}

/** Refuses options that do not exist. */
export function checkNames(options: unknown, names: readonly string[]): void {
  const problems = unknownOptions(options, names);
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
}

/** Refuses an option of another type. `holds` says whether the value is of this kind. */
export function checkKind(field: string, value: unknown, holds: boolean, kind: string): void {
  if (value === undefined || holds) return;
  const problem = { field, rule: "type", value: textOf(value), message: `must be ${kind}` };
  throw new TenureError("argument_invalid", summary([problem]), [problem]);
}

/** Refuses an option `signal` that is none. */
export function checkSignal(signal: unknown): void {
  const { throwIfAborted } = (signal ?? {}) as Partial<AbortSignal>;
  checkKind("signal", signal, typeof throwIfAborted === "function", "an AbortSignal");
}

/** Refuses an option `onProgress` that cannot be called. */
export function checkProgress(onProgress: unknown): void {
  checkKind("onProgress", onProgress, typeof onProgress === "function", "a function");
}

/** The value of an option as messages show it. */
export function textOf(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : kindOf(value);
}

/** The name with the fewest edits from `name`, if these are at most a third of its letters. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((other) => [edits(name.toLowerCase(), other.toLowerCase()), other] as const)
    .sort(([a], [b]) => a - b);
  return best !== undefined && best[0] * 3 <= name.length ? best[1] : undefined;
}

/** Levenshtein distance of two texts. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + Number(a[i] !== b[j]), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
