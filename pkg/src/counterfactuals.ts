/** Counterfactuals: what would have to be different. Checks the options; the search is the core's. */

import type { Engine } from "../wasm/tenure.js";
import type { Field, Policy, Schema } from "./document.js";
import { summary } from "./error.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { FieldValue } from "./types.js";

/** Options of {@link Scorer.counterfactuals}. */
export interface CounterfactualOptions {
  /** Answers have a probability below it, 0 to 1. Unless given: what leads into the next lower tier. */
  readonly threshold?: number;
  /** Answers at most, 1 to 100; 3 unless given. */
  readonly count?: number;
  /** Names of the fields that may change; every changeable one unless given. */
  readonly fields?: readonly string[];
}

/** One field of an answer. */
export interface FieldChange {
  readonly field: string;
  readonly label: string;
  /** The value as the record has it, and what it would be, ready to stand in a record. */
  readonly from: FieldValue;
  readonly to: FieldValue;
  /** Both in words, with their unit. */
  readonly fromText: string;
  readonly toText: string;
  /** Nobody changes it: it moves with the others, as a price does with the services (`change.follows` of the schema). */
  readonly follows: boolean;
}

/** One answer: these changes, all of them, and the score that the customer would then have. */
export interface Counterfactual {
  /** In schema order. */
  readonly changes: readonly FieldChange[];
  readonly probability: number;
  readonly logit: number;
  /** Position in `policy.tiers`. */
  readonly tier: number;
  /** Σ over the changed fields of cost × (1 + distance moved); the unit is one changed field. */
  readonly cost: number;
  /** All of it in plain words, in the language of the scorer. */
  readonly sentence: string;
}

/**
 * Why there is no answer: `already_under` (the probability is below the threshold as it is), `no_change` (no field that
 * may change has another value to take), `not_reached` (no candidate came below it; see `lowest`, `exhaustive`).
 */
export type NoCounterfactual = "already_under" | "no_change" | "not_reached";

/** What was found, and how far the search went. */
export interface Counterfactuals {
  readonly found: boolean;
  readonly reason?: NoCounterfactual;
  /** The reason in plain words, in the language of the scorer. */
  readonly sentence?: string;
  /** The threshold that was used. */
  readonly threshold: number;
  /** The score of the customer as it is. */
  readonly probability: number;
  readonly logit: number;
  readonly tier: number;
  /** Cheapest first. No answer's fields are all among another's, and each is the cheapest that was found for its fields. */
  readonly answers: readonly Counterfactual[];
  /** Lowest probability that the search met. */
  readonly lowest: number;
  /** Every set of up to so many changes was tried: among those, nothing cheaper exists. */
  readonly exhaustive: number;
  /** Sets of up to so many changes were tried. */
  readonly longest: number;
  /** Candidates that were scored. */
  readonly evaluations: number;
}

const COUNT = 3;
const MAXIMUM_COUNT = 100;

/** The core's numbers for {@link NoCounterfactual}, from 1. */
const REASONS: readonly (NoCounterfactual | undefined)[] = [undefined, "already_under", "no_change", "not_reached"];

/** @internal Checks everything, then asks the core. `score` puts the record into the row buffer, or throws. */
export function counterfactuals(
  engine: Engine,
  schema: Schema,
  policy: Policy,
  options: CounterfactualOptions,
  record: Readonly<Record<string, unknown>>,
  score: () => void,
): Counterfactuals {
  const { threshold, count = COUNT, fields } = options;
  const problems = [...numberProblems(policy, threshold, count), ...fieldProblems(schema, fields)];
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `counterfactuals cannot be searched: ${summary(problems)}`, problems);
  }
  score();
  const indexes = schema.fields.flatMap(({ name, changeable }, index) =>
    changeable === true && (fields?.includes(name) ?? true) ? [index] : [],
  );
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
      from: (record[field.name] ?? null) as FieldValue,
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

/** What a record may say to have a cell. */
function recordValue(field: Field, cell: number): FieldValue {
  if (field.kind === "category") return field.categories[cell]!;
  if (field.kind === "flag") return cell === 1 ? field.positive : field.negative;
  return cell;
}

function numberProblems(policy: Policy, threshold: unknown, count: unknown): Problem[] {
  const problems: Problem[] = [];
  if (threshold === undefined) {
    if (policy.tiers.length < 2) {
      const message = "must be given: the model has one tier, so there is no next lower one";
      problems.push({ field: "threshold", rule: "absent", value: "nothing", message });
    }
  } else if (typeof threshold !== "number" || !(threshold >= 0 && threshold <= 1)) {
    const rule = typeof threshold === "number" ? "bounds" : "type";
    problems.push({ field: "threshold", rule, value: String(threshold), message: "must be a number from 0 to 1" });
  }
  if (!Number.isInteger(count) || !((count as number) >= 1 && (count as number) <= MAXIMUM_COUNT)) {
    const rule = typeof count === "number" ? "bounds" : "type";
    problems.push({
      field: "count",
      rule,
      value: String(count),
      message: `must be a whole number from 1 to ${MAXIMUM_COUNT}`,
    });
  }
  return problems;
}

function fieldProblems(schema: Schema, fields: unknown): Problem[] {
  if (!schema.fields.some(({ changeable }) => changeable === true)) {
    const message = "the schema calls no field changeable, so there is nothing to change";
    return [{ field: "fields", rule: "changeable", value: "no field", message }];
  }
  if (fields === undefined) return [];
  if (!Array.isArray(fields) || fields.length === 0) {
    const value = Array.isArray(fields) ? "an empty list" : String(fields);
    return [{ field: "fields", rule: "type", value, message: "must be a list of at least one field name" }];
  }
  return fields.flatMap((name: unknown): Problem[] => {
    const field = schema.fields.find((candidate) => candidate.name === name);
    const value = String(name);
    if (field === undefined)
      return [{ field: "fields", rule: "unknown", value, message: "must be fields of the schema" }];
    if (field.changeable === true) return [];
    return [{ field: "fields", rule: "changeable", value, message: "must be fields that the schema calls changeable" }];
  });
}
