/** Decisions: the options of `decide`, and the customer's identifier. */

import { isRecord } from "./batch.js";
import type { Policy, Schema } from "./document.js";
import { hint, summary, textOf } from "./error.js";
import type { CoreDecision } from "./generated.js";
import { type CheckedOptions, checked, optionProblems } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { ExplainOptions } from "./types.js";

export type { OfferAction, Reason, RefusedOffer } from "./generated.js";

/** Options of `decide`. Those of the explanation are about the reasons. */
export interface DecideOptions extends Omit<ExplainOptions, "interactions" | "scale"> {
  /**
   * The customer's identifier, for the hold-out. Default: the record's value under the first of
   * `schema.identifiers` that it has.
   */
  readonly identifier?: string | undefined;
  /** Days since the customer's last offer, for cooldowns. Default: there was none. */
  readonly daysSinceOffer?: number | undefined;
  /** Names of offers whose capacity is used up. Default: none. */
  readonly exhausted?: readonly string[] | undefined;
  /** The most reasons. Default: 3. */
  readonly reasons?: number | undefined;
}

/** What to do about a customer. Amounts are in the money of the policy. */
export interface Decision extends CoreDecision {
  /** Warnings: values that were treated specially. Usually empty. */
  readonly problems: readonly Problem[];
}

/** Names of the options that explanations do not have. */
const NAMES: readonly string[] = Object.keys({
  identifier: 0,
  daysSinceOffer: 0,
  exhausted: 0,
  reasons: 0,
} satisfies Record<Exclude<keyof DecideOptions, keyof ExplainOptions>, 0>);
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

/** @internal All problems of the options of a decision. */
export function decisionProblems(options: unknown, { offers = [] }: Policy): Problem[] {
  const problems = optionProblems(options, NAMES, ["interactions", "scale"]);
  const { identifier, daysSinceOffer, exhausted, reasons } = options as DecideOptions;
  const refuse = (field: string, value: unknown, rule: string, message: string): void => {
    problems.push({ field, rule, value: textOf(value), message });
  };
  const ruleOf = (value: unknown): string => (typeof value === "number" ? "bounds" : "type");
  if (identifier !== undefined && typeof identifier !== "string") {
    refuse("identifier", identifier, "type", "must be a text");
  }
  if (daysSinceOffer !== undefined && !(Number.isFinite(daysSinceOffer) && daysSinceOffer >= 0)) {
    refuse("daysSinceOffer", daysSinceOffer, ruleOf(daysSinceOffer), "must be a number of days, at least 0");
  }
  if (reasons !== undefined && !(Number.isSafeInteger(reasons) && reasons >= 0)) {
    refuse("reasons", reasons, ruleOf(reasons), "must be a whole number from 0");
  }
  if (exhausted !== undefined && !Array.isArray(exhausted)) {
    refuse("exhausted", exhausted, "type", "must be a list of names of offers");
  } else {
    const names = offers.map(({ name }) => name);
    for (const name of (exhausted ?? []) as readonly unknown[]) {
      if (names.includes(name as string)) continue;
      refuse("exhausted", name, "unknown", `must be names of offers; ${hint(String(name), names, "offers")}`);
    }
  }
  return problems;
}

/** @internal Checks the options. Throws a TenureError `argument_invalid` with all problems. */
export function decideOptions(options: DecideOptions, policy: Policy): CheckedDecision {
  const problems = decisionProblems(options, policy);
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
  const { identifier, daysSinceOffer = Number.NaN, exhausted = [], reasons = REASONS } = options;
  return {
    ...checked(options),
    identifier,
    days: daysSinceOffer,
    exhausted: Uint8Array.from(policy.offers ?? [], ({ name }) => Number(exhausted.includes(name))),
    reasons,
  };
}

/** @internal The text that identifies the customer of a record; `undefined` if the record has none. */
export function identifierOf(record: unknown, { identifiers = [] }: Schema): string | undefined {
  if (!isRecord(record)) return undefined;
  for (const name of identifiers) {
    const text = identifierText(record[name]);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** @internal An identifier as text; `undefined` for a value that identifies nobody. */
export function identifierText(value: unknown): string | undefined {
  const identifies = typeof value === "string" || typeof value === "bigint" || Number.isFinite(value);
  return identifies && value !== "" ? String(value) : undefined;
}
