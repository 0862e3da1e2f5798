/** Counterfactuals: checks the options and decodes the answers; the core does the search. */

import type { Engine } from "../wasm/tenure.js";
import type { Field, Policy, Schema } from "./document.js";
import { summary, textOf, unknownOptions } from "./error.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { FieldValue } from "./types.js";

/** Options of {@link Scorer.counterfactuals}. */
export interface CounterfactualOptions {
  /**
   * Every answer has a probability below this, 0 to 1. Default: the lower bound of the customer's
   * tier.
   */
  readonly threshold?: number;
  /** The most answers, 1 to 100. Default: 3. */
  readonly count?: number;
  /** Names of the fields that may change. Default: every field that the schema calls changeable. */
  readonly fields?: readonly string[];
}

/** One changed field of an answer. */
export interface FieldChange {
  /** The field's name. */
  readonly field: string;
  /** The field's label, in the language of the scorer. */
  readonly label: string;
  /** The value in the record. */
  readonly from: FieldValue;
  /** The new value, which a record can have as it is. */
  readonly to: FieldValue;
  /** `from` as text, with its unit. */
  readonly fromText: string;
  /** `to` as text, with its unit. */
  readonly toText: string;
  /**
   * Whether the field follows the others by a formula (`change.follows` in the schema), as a price
   * follows the services.
   */
  readonly follows: boolean;
}

/** One answer: a set of changes, and the score of the customer with all of them made. */
export interface Counterfactual {
  /** The changes, in schema order. */
  readonly changes: readonly FieldChange[];
  /** Calibrated probability after the changes, 0 to 1. */
  readonly probability: number;
  /** Logit after the changes, before calibration. */
  readonly logit: number;
  /** Tier after the changes: a position in `policy.tiers`. */
  readonly tier: number;
  /**
   * Sum over the changed fields of cost × (1 + distance). A field at the default cost of 1 adds 1
   * to 2.
   */
  readonly cost: number;
  /** The answer as a sentence, in the language of the scorer. */
  readonly sentence: string;
}

/**
 * Why there is no answer:
 *
 * - `already_under`: the probability is below the threshold without a change.
 * - `no_change`: no field that may change has another possible value.
 * - `not_reached`: no candidate is below the threshold; `lowest` and `exhaustive` say how far the
 *   search went.
 */
export type NoCounterfactual = "already_under" | "no_change" | "not_reached";

/** The answers of a search, and how far it went. */
export interface Counterfactuals {
  /** Whether there is an answer. */
  readonly found: boolean;
  /** Why there is no answer; absent if there is one. */
  readonly reason?: NoCounterfactual;
  /** The reason as a sentence, in the language of the scorer; absent if there is an answer. */
  readonly sentence?: string;
  /** The threshold of the search: the option, or its default. */
  readonly threshold: number;
  /** Calibrated probability of the customer without changes, 0 to 1. */
  readonly probability: number;
  /** Logit of the customer without changes, before calibration. */
  readonly logit: number;
  /** Tier of the customer without changes: a position in `policy.tiers`. */
  readonly tier: number;
  /**
   * The answers, cheapest first. Each is the cheapest that the search found for its set of fields.
   * No answer changes all the fields of another answer and more.
   */
  readonly answers: readonly Counterfactual[];
  /** Lowest probability among all candidates. */
  readonly lowest: number;
  /** All sets of up to this many changes were tried, so no cheaper answer of that size exists. */
  readonly exhaustive: number;
  /** Some sets of up to this many changes were tried. */
  readonly longest: number;
  /** Number of candidates that were scored. */
  readonly evaluations: number;
}

const COUNT = 3;
const MAXIMUM_COUNT = 100;

/** {@link NoCounterfactual} by the core's number, from 1. */
const REASONS: readonly (NoCounterfactual | undefined)[] = [undefined, "already_under", "no_change", "not_reached"];

/**
 * @internal Checks the options, then asks the core. `score` writes the record into the row buffer
 *   and returns its values by field, or throws.
 */
export function counterfactuals(
  engine: Engine,
  schema: Schema,
  policy: Policy,
  options: CounterfactualOptions,
  score: () => readonly unknown[],
): Counterfactuals {
  const unknown = unknownOptions(options, ["threshold", "count", "fields"]);
  const { threshold, count = COUNT, fields } = options;
  const problems = [...unknown, ...numberProblems(policy, threshold, count), ...fieldProblems(schema, fields)];
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `counterfactuals cannot be computed: ${summary(problems)}`, problems);
  }
  const indexes = schema.fields.flatMap(({ name, changeable }, index) =>
    changeable === true && (fields?.includes(name) ?? true) ? [index] : [],
  );
  const values = score();
  const numbers = engine.counterfactuals_row(threshold ?? Number.NaN, count, Uint32Array.from(indexes));
  let at = 0;
  const next = (): number => numbers[at++]!;
  const readScore = () => ({ probability: next(), logit: next(), tier: next() });
  const change = (): FieldChange => {
    const index = next();
    const [before, after] = [next(), next()];
    const field = schema.fields[index]!;
    return {
      field: field.name,
      label: engine.label(index),
      from: (values[index] ?? null) as FieldValue,
      to: recordValue(field, after),
      fromText: engine.text(index, before),
      toText: engine.text(index, after),
      follows: next() === 1,
    };
  };
  const why = next();
  const reason = REASONS[why];
  const head = {
    threshold: next(),
    ...readScore(),
    lowest: next(),
    exhaustive: next(),
    longest: next(),
    evaluations: next(),
  };
  const answers: Counterfactual[] = [];
  while (at < numbers.length) {
    const found = { ...readScore(), cost: next() };
    const count = next();
    const sentence = engine.counterfactual_sentence(
      head.probability,
      found.probability,
      numbers.subarray(at, at + 4 * count),
    );
    answers.push({ ...found, sentence, changes: Array.from({ length: count }, change) });
  }
  const none = reason && {
    reason,
    sentence: engine.none_sentence(why, head.probability, head.threshold, head.lowest, head.longest),
  };
  return { found: answers.length > 0, ...none, ...head, answers };
}

/** A value that gives this cell in a record. */
function recordValue(field: Field, cell: number): FieldValue {
  if (field.kind === "category") return field.categories[cell]!;
  if (field.kind === "flag") return cell === 1 ? field.positive : field.negative;
  return cell;
}

function numberProblems(policy: Policy, threshold: unknown, count: unknown): Problem[] {
  const problems: Problem[] = [];
  if (threshold === undefined) {
    if (policy.tiers.length < 2) {
      const message = "must be given, because the model has only one tier";
      problems.push({ field: "threshold", rule: "absent", value: "nothing", message });
    }
  } else if (typeof threshold !== "number" || !(threshold >= 0 && threshold <= 1)) {
    const rule = typeof threshold === "number" ? "bounds" : "type";
    problems.push({ field: "threshold", rule, value: textOf(threshold), message: "must be a number from 0 to 1" });
  }
  if (!Number.isInteger(count) || !((count as number) >= 1 && (count as number) <= MAXIMUM_COUNT)) {
    const rule = typeof count === "number" ? "bounds" : "type";
    problems.push({
      field: "count",
      rule,
      value: textOf(count),
      message: `must be a whole number from 1 to ${MAXIMUM_COUNT}`,
    });
  }
  return problems;
}

function fieldProblems(schema: Schema, fields: unknown): Problem[] {
  if (!schema.fields.some(({ changeable }) => changeable === true)) {
    const message = "need a changeable field: set changeable = true in the schema";
    return [{ field: "fields", rule: "changeable", value: "no field", message }];
  }
  if (fields === undefined) return [];
  if (!Array.isArray(fields) || fields.length === 0) {
    const value = Array.isArray(fields) ? "an empty list" : textOf(fields);
    return [{ field: "fields", rule: "type", value, message: "must be a list of at least one field name" }];
  }
  return fields.flatMap((name: unknown): Problem[] => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    const value = textOf(name);
    if (field === undefined)
      return [{ field: "fields", rule: "unknown", value, message: "must be names of fields of the schema" }];
    if (field.changeable === true) return [];
    return [{ field: "fields", rule: "changeable", value, message: "must be fields that the schema calls changeable" }];
  });
}
