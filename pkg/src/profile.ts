/** Profiles of what is scored, and their comparison with what the model saw in training. */

import type { Engine } from "../wasm/tenure_decide.js";
import { fromCore, kindOf, optionEntries, summary, textOf, unknownOption } from "./error.js";
import { dateText } from "./fields.js";
import type { Comparison, Profile } from "./generated.js";
import { type Problem, TenureError } from "./tenure-error.js";

/** Options of `profile`. */
export interface ProfileOptions {
  /** The first day that the rows are of, as `2024-01-31` or a `Date`. It needs `until`. Default: none is stated. */
  readonly from?: string | Date | undefined;
  /** The last day that the rows are of. It needs `from`. */
  readonly until?: string | Date | undefined;
  /** Whether counting starts anew, so that the next profile has the rows that follow. Default: false. */
  readonly restart?: boolean | undefined;
}

/** Options of `compare`. The last four are what the expected profit is computed from. */
export interface CompareOptions {
  /** A profile that ends after this day is refused. Default: today. */
  readonly today?: string | Date | undefined;
  /** Value of a customer who is kept. Default: 200. */
  readonly customerValue?: number | undefined;
  /** Cost of the offer if it is accepted. Default: 10. */
  readonly offerCost?: number | undefined;
  /** Cost of contacting one customer. Default: 1. */
  readonly contactCost?: number | undefined;
  /** Share of leavers who accept the offer and stay, 0 to 1. Default: 0.3. */
  readonly successRate?: number | undefined;
}

const PROFILE: readonly string[] = Object.keys({
  from: 0,
  until: 0,
  restart: 0,
} satisfies Record<keyof ProfileOptions, 0>);
/** In the order in which the core takes them. */
const STAKES = ["customerValue", "offerCost", "contactCost", "successRate"] as const;
const COMPARE: readonly string[] = Object.keys({
  today: 0,
  customerValue: 0,
  offerCost: 0,
  contactCost: 0,
  successRate: 0,
} satisfies Record<keyof CompareOptions, 0>);
/** The largest amount, as the command has it. */
const LARGEST = 1e12;

/** @internal Checks the options. Throws a TenureError `argument_invalid` with all problems. */
export function profileOptions(options: ProfileOptions): { from: string; until: string; restart: boolean } {
  const problems = unknown(options, PROFILE);
  const days = (["from", "until"] as const).map((field) => day(field, options[field], problems));
  const { restart = false } = options;
  if (typeof restart !== "boolean") problems.push(wrong("restart", restart, "type", "must be true or false"));
  refuse(problems);
  const [from = "", until = ""] = days;
  return { from, until, restart };
}

/** @internal Today and the stakes as the core takes them. Throws as {@link profileOptions}. */
export function compareOptions(options: CompareOptions): { today: string; stakes: Float64Array } {
  const problems = unknown(options, COMPARE);
  const today = day("today", options.today, problems) ?? new Date().toISOString().slice(0, 10);
  const stakes = STAKES.map((field) => {
    const value: unknown = options[field];
    if (value === undefined) return Number.NaN;
    const most = field === "successRate" ? 1 : LARGEST;
    if (typeof value === "number" && value >= 0 && value <= most) return value;
    const rule = typeof value === "number" ? "bounds" : "type";
    problems.push(wrong(field, value, rule, `must be a number from 0 to ${most}`));
    return Number.NaN;
  });
  refuse(problems);
  return { today, stakes: Float64Array.from(stakes) };
}

/** @internal The profile of counts. Its identity is a hash of what it says, so the same rows have the same. */
export async function profileOf(
  live: () => Engine,
  counts: Float64Array,
  sha256: string,
  { from, until }: { readonly from: string; readonly until: string },
): Promise<Profile> {
  if (counts.length === 0) {
    throw new TenureError(
      "argument_invalid",
      "the scorer counts nothing: load the model with the option profile: true",
    );
  }
  const written = (identity: string): string => {
    try {
      return live().profile(counts, sha256, from, until, identity);
    } catch (error) {
      throw fromCore(error);
    }
  };
  const digest = await import("./digest.js");
  const identity = await digest.sha256(new TextEncoder().encode(written("")));
  return JSON.parse(written(identity.slice(0, 16))) as Profile;
}

/** @internal Compares profiles, or their texts, with the reference of the model. */
export function compared(
  live: () => Engine,
  profiles: unknown,
  sha256: string,
  { today, stakes }: { readonly today: string; readonly stakes: Float64Array },
): Comparison {
  const list: readonly unknown[] = Array.isArray(profiles) ? profiles : [profiles];
  const texts = list.map((profile, at) => {
    if (typeof profile === "string") return profile;
    if (typeof profile === "object" && profile !== null) return JSON.stringify(profile);
    const message = "must be a profile, which is an object, or its text";
    const problem = wrong(`profiles[${at}]`, kindOf(profile), "type", message);
    throw new TenureError("argument_invalid", summary([problem]), [problem]);
  });
  try {
    return JSON.parse(live().compare(texts, sha256, today, stakes)) as Comparison;
  } catch (error) {
    throw fromCore(error);
  }
}

const wrong = (field: string, value: unknown, rule: string, message: string): Problem => ({
  field,
  rule,
  value: textOf(value),
  message,
});

function unknown(options: unknown, names: readonly string[]): Problem[] {
  const others = optionEntries(options).filter(([name]) => !names.includes(name));
  return others.map(([name, value]) => unknownOption(name, value, names));
}

/** A day as text; `undefined` where none is given. */
function day(field: string, value: unknown, problems: Problem[]): string | undefined {
  if (value === undefined) return undefined;
  const text = dateText(value as Date) ?? value;
  if (typeof text === "string" && text !== "") return text;
  problems.push(wrong(field, value, "type", "must be a date, as 2024-01-31 or a Date"));
  return undefined;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
}
