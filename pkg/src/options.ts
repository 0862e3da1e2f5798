/**
 * Checks the options of an explanation. All problems are reported together, each with its rule and
 * value.
 */

import { optionEntries, summary, textOf, unknownOption } from "./error.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { ExplainOptions } from "./types.js";

/** The options as the core takes them: 0 stands for the default. */
export interface CheckedOptions {
  readonly budget: number;
  readonly tolerance: number;
  readonly seed: number;
  readonly interactions: boolean;
  readonly probability: boolean;
}

const NONE: CheckedOptions = { budget: 0, tolerance: 0, seed: 0, interactions: false, probability: false };

type Check = readonly [message: string, holds: (value: unknown) => boolean];

const isWhole = (value: unknown, from: number): boolean => Number.isSafeInteger(value) && (value as number) >= from;

const CHECKS: Readonly<Record<keyof ExplainOptions, Check>> = {
  budget: ["must be a positive whole number", (value) => isWhole(value, 1)],
  tolerance: ["must be a finite number above 0", (value) => Number.isFinite(value) && (value as number) > 0],
  seed: ["must be a whole number from 0", (value) => isWhole(value, 0)],
  interactions: ["must be true or false", (value) => typeof value === "boolean"],
  scale: ['must be "log-odds" or "probability"', (value) => value === "log-odds" || value === "probability"],
};

/**
 * Checks options. Throws a TenureError `argument_invalid` with all problems. `undefined` stands for
 * the default.
 */
export function checkOptions(options: unknown): CheckedOptions {
  if (options === undefined) return NONE;
  const problems = optionProblems(options, []);
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
  return checked(options as ExplainOptions);
}

/** Fills in 0 for the default. */
export function checked(options: ExplainOptions): CheckedOptions {
  const { budget = 0, tolerance = 0, seed = 0, interactions = false, scale } = options;
  return { budget, tolerance, seed, interactions, probability: scale === "probability" };
}

/**
 * Problems of the options of an explanation.
 *
 * @param others names of further options, which the caller checks.
 * @param refused names of options of `explain` that the caller does not have.
 */
export function optionProblems(
  options: unknown,
  others: readonly string[],
  refused: readonly string[] = [],
): Problem[] {
  const own = Object.keys(CHECKS).filter((name) => !refused.includes(name));
  const problems: Problem[] = [];
  for (const [field, given] of optionEntries(options)) {
    if (!own.includes(field)) {
      if (!others.includes(field)) problems.push(unknownOption(field, given, [...own, ...others]));
      continue;
    }
    const [message, holds] = CHECKS[field as keyof ExplainOptions];
    const rule = typeof given === "number" ? "bounds" : "type";
    if (given !== undefined && !holds(given)) problems.push({ field, rule, value: textOf(given), message });
  }
  return problems;
}
