/** Decisions: checks the options of {@link Scorer.decide}, and finds the customer's identifier. */

import type { Policy, Schema } from "./document.js";
import { summary, textOf } from "./error.js";
import { type CheckedOptions, checked, optionProblems } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { DecideOptions } from "./types.js";

const NAMES = ["identifier", "daysSinceOffer", "exhausted", "reasons"];
const REASONS = 3;

/** The options as the core takes them. */
export interface CheckedDecision extends CheckedOptions {
  readonly identifier: string | undefined;
  /** NaN for none. */
  readonly days: number;
  /** A number for each offer, 0 where it has capacity. */
  readonly exhausted: Uint8Array;
  readonly reasons: number;
}

/** Checks the options. Throws a TenureError `argument_invalid` with all problems. */
export function decideOptions(options: DecideOptions, { offers = [] }: Policy): CheckedDecision {
  const problems = optionProblems(options, NAMES, ["interactions", "scale"]);
  const { identifier, daysSinceOffer: days = Number.NaN, exhausted = [], reasons = REASONS } = options;
  const refuse = (field: string, value: unknown, expected: unknown, message: string): void => {
    const rule = typeof value === typeof expected ? "bounds" : "type";
    problems.push({ field, rule, value: textOf(value), message } satisfies Problem);
  };
  if (identifier !== undefined && typeof identifier !== "string") refuse("identifier", identifier, "", "must be a text");
  if (options.daysSinceOffer !== undefined && !(Number.isFinite(days) && days >= 0)) {
    refuse("daysSinceOffer", days, 0, "must be a number of days, at least 0");
  }
  const names = offers.map(({ name }) => name);
  const given: readonly unknown[] = Array.isArray(exhausted) ? exhausted : [exhausted];
  const known = given.filter((name) => names.includes(name as string));
  if (!Array.isArray(exhausted) || known.length < given.length) {
    const wrong = given.find((name) => !known.includes(name));
    const list = names.length > 0 ? `: ${names.join(", ")}` : ", which has none";
    refuse("exhausted", wrong, "", `must be a list of names of the policy's offers${list}`);
  }
  if (!Number.isInteger(reasons) || reasons < 0) refuse("reasons", reasons, 0, "must be a whole number from 0");
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
  return {
    ...checked(options),
    identifier,
    days,
    exhausted: Uint8Array.from(names, (name) => Number(known.includes(name))),
    reasons,
  };
}

/** The text that identifies the customer of a record; `undefined` if the record has none. */
export function identifierOf(record: { readonly [key: string]: unknown }, { identifiers = [] }: Schema): string | undefined {
  const values = identifiers.map((name) => record[name]);
  const value = values.find((value) => value !== undefined && value !== null && value !== "");
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}
