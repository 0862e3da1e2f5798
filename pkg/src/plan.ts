/** Plans: the options of `plan`, the columns beside the fields, and the result. */

import type { Engine } from "../wasm/tenure_decide.js";
import { columnOf } from "./arrow.js";
import { Findings, isRecord, PROBLEM_LIMIT, readTable, scoreTable } from "./batch.js";
import { columnLength } from "./columns.js";
import { identifierText } from "./decision.js";
import type { Policy, Schema } from "./document.js";
import { fromCore, hint, summary, textOf, unknownOptions } from "./error.js";
import type { CorePlan, MostProfit, PlannedOffer } from "./generated.js";
import type { Inside } from "./scorer.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { BlockScores, DictionaryColumn, ScoreManyOptions, Scores } from "./types.js";

export type { MostProfit, PlannedOffer } from "./generated.js";

/** Options of `plan`. */
export interface PlanOptions extends ScoreManyOptions {
  /** The most that all offers together may cost, contacts included. Default: no limit. */
  readonly budget?: number | undefined;
  /** The most customers who get an offer. Default: no limit. */
  readonly count?: number | undefined;
  /** By name of an offer: the most customers who get it. Default: the policy's capacity. */
  readonly capacity?: { readonly [offer: string]: number } | undefined;
  /**
   * Name of the column that identifies the customers, for the hold-out. Default: the first of
   * `schema.identifiers` that the table has.
   */
  readonly identifier?: string | undefined;
  /**
   * Name of the column with the days since each customer's last offer, for cooldowns; empty where there
   * was none. Default: nobody had one.
   */
  readonly daysSinceOffer?: string | undefined;
}

/** Expected profit by the share of the customers who are contacted, each with the best offer. */
export interface ProfitCurve {
  /** `[101]`: shares of the customers: 0, 0.01, …, 1. */
  readonly fractions: Float64Array<ArrayBuffer>;
  /** `[101]`: profit where those of the largest expected profit are contacted first. */
  readonly byProfit: Float64Array<ArrayBuffer>;
  /** `[101]`: profit where those of the highest probability are contacted first. */
  readonly byRisk: Float64Array<ArrayBuffer>;
  /** The best share if the largest expected profit comes first, and its profit. */
  readonly bestByProfit: MostProfit;
  /** The best share if the highest probability comes first, and its profit. */
  readonly bestByRisk: MostProfit;
}

/**
 * Who gets which offer, with the scores, in the order of the input. Amounts are in the money of the
 * policy.
 */
export interface Plan extends Scores {
  /** `[rows]`: the offer, a position in `policy.offers`; 255 for none. */
  readonly offer: Uint8Array<ArrayBuffer>;
  /** `[rows]`: expected profit of the offer; 0 without one. */
  readonly expectedProfit: Float64Array<ArrayBuffer>;
  /** `[rows]`: cost of the offer, contact included; 0 without one. */
  readonly cost: Float64Array<ArrayBuffer>;
  /** `[rows]`: 1 for a customer who is held out, else 0. */
  readonly holdout: Uint8Array<ArrayBuffer>;
  /** The whole plan. */
  readonly total: {
    /** Expected profit of all offers together. */
    readonly expectedProfit: number;
    /** What they cost, contacts included. */
    readonly cost: number;
    /** No plan within the limits has more expected profit. */
    readonly bound: number;
    /** Number of customers who get an offer. */
    readonly count: number;
  };
  /** One for each offer of the policy, in its order. */
  readonly offers: readonly PlannedOffer[];
  /** What contacting a share of the customers brings, without limits. */
  readonly curve: ProfitCurve;
}

const OPTIONS: readonly string[] = Object.keys({
  problemLimit: 0,
  budget: 0,
  count: 0,
  capacity: 0,
  identifier: 0,
  daysSinceOffer: 0,
} satisfies Record<keyof PlanOptions, 0>);

/** Values of a column, by row. */
type Values = ArrayLike<unknown>;

/** @internal Plans for a table. Throws as `scoreMany`, and `argument_invalid` with all problems of the options. */
export function plan(inside: Inside, schema: Schema, policy: Policy, input: unknown, options: PlanOptions): Plan {
  inside.live();
  const table = readTable(inside.views, inside.fields, input);
  const { rows } = table;
  const problems = optionProblems(options, policy, rows);
  const columns = columnsBeside(schema, policy, input, rows, options);
  problems.push(...columns.problems);
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `the offers cannot be planned: ${summary(problems)}`, problems);
  }
  // Code of the caller can run while values are read, so they are read before the first block.
  const days = columns.days && daysOf(columns.days, options.daysSinceOffer!, rows);
  const identifiers = Array.from({ length: columns.identifiers ? rows : 0 }, (_, row) =>
    identifierText(columns.identifiers![row]),
  );
  const engine = live(inside);
  const holdout = new Uint8Array(rows);
  identifiers.forEach((identifier, row) => {
    if (identifier !== undefined) holdout[row] = Number(engine.holds_out(identifier));
  });
  const findings = new Findings(engine, inside.fields, options.problemLimit ?? PROBLEM_LIMIT);
  const planner = engine.planner();
  let scores: BlockScores;
  try {
    scores = scoreTable(inside.live, inside.views, table, findings, (_, start, count) => {
      const since = days?.subarray(start, start + count) ?? new Float64Array(0);
      engine.plan_block(planner, count, since, holdout.subarray(start, start + count));
    });
  } catch (error) {
    planner.free();
    throw error;
  }
  return { ...scores, ...findings.finish(), holdout, ...planned(engine, planner, policy, options) };
}

type Planner = ReturnType<Engine["planner"]>;
type Planned = Omit<Plan, keyof Scores | "holdout">;

/** The plan of what the planner has seen. The planner is used up. */
function planned(engine: Engine, planner: Planner, { offers = [] }: Policy, options: PlanOptions): Planned {
  const { budget = Number.NaN, count = Number.NaN, capacity = {} } = options;
  const capacities = Float64Array.from(offers, ({ name }) =>
    Object.hasOwn(capacity, name) ? (capacity[name] ?? NaN) : NaN,
  );
  try {
    const made = engine.plan(planner, budget, count, capacities);
    try {
      const { expectedProfit, cost, bound, curve, offers } = engine.plan_figures(made) as CorePlan;
      return {
        offer: made.offers() as Uint8Array<ArrayBuffer>,
        expectedProfit: made.profits() as Float64Array<ArrayBuffer>,
        cost: made.costs() as Float64Array<ArrayBuffer>,
        total: { expectedProfit, cost, bound, count: offers.reduce((sum, offer) => sum + offer.count, 0) },
        offers,
        curve: {
          ...curve,
          fractions: Float64Array.from(curve.fractions),
          byProfit: Float64Array.from(curve.byProfit),
          byRisk: Float64Array.from(curve.byRisk),
        },
      };
    } finally {
      made.free();
    }
  } catch (error) {
    throw fromCore(error);
  }
}

/** @internal The engine of this module. */
export const live = (inside: Inside): Engine => inside.live() as Engine;

function optionProblems(options: PlanOptions, { offers = [] }: Policy, rows: number): Problem[] {
  const problems = unknownOptions(options, OPTIONS);
  const refuse = (field: string, value: unknown, message: string): void => {
    problems.push({ field, rule: typeof value === "number" ? "bounds" : "type", value: textOf(value), message });
  };
  const { budget, count, capacity, problemLimit } = options;
  const isCount = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= rows;
  const whole = `must be a whole number from 1 to ${rows}, the customers of the table`;
  if (offers.length === 0) {
    const message = "must be in the model's policy: add [[policy.offers]] to the schema and train again";
    problems.push({ field: "offers", rule: "absent", value: "nothing", message });
  }
  if (budget !== undefined && !(Number.isFinite(budget) && budget > 0)) {
    refuse("budget", budget, "must be a finite number above 0; leave it out for no limit");
  }
  if (count !== undefined && !isCount(count)) refuse("count", count, whole);
  if (problemLimit !== undefined && !(typeof problemLimit === "number" && problemLimit >= 0)) {
    refuse("problemLimit", problemLimit, "must be a number from 0");
  }
  if (capacity === undefined) return problems;
  if (!isRecord(capacity)) {
    refuse("capacity", capacity, "must be an object of numbers by the names of offers");
    return problems;
  }
  const names = offers.map(({ name }) => name);
  for (const [name, value] of Object.entries(capacity)) {
    if (!names.includes(name)) {
      const message = `is no offer of the policy; ${hint(name, names, "offers")}`;
      problems.push({ field: `capacity.${name}`, rule: "unknown", value: textOf(value), message });
    } else if (value !== undefined && !isCount(value)) refuse(`capacity.${name}`, value, whole);
  }
  return problems;
}

/** The columns that a plan reads beside the fields, and what is wrong with them. */
function columnsBeside(
  { identifiers = [] }: Schema,
  { holdout }: Policy,
  input: unknown,
  rows: number,
  options: PlanOptions,
): { readonly identifiers: Values | undefined; readonly days: Values | undefined; readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const column = (field: string, name: string): Values | undefined => {
    const values = valuesOf(input, name);
    if (values !== undefined && values.length !== rows) {
      const message = `must be a column of ${rows} rows, as the other columns are`;
      problems.push({ field, rule: "length", value: String(values.length), message });
    }
    return values;
  };
  const named = (field: "identifier" | "daysSinceOffer"): Values | undefined => {
    const name: unknown = options[field];
    if (name === undefined) return undefined;
    const values = typeof name === "string" ? column(field, name) : undefined;
    if (values === undefined) {
      const rule = typeof name === "string" ? "unknown" : "type";
      problems.push({ field, rule, value: textOf(name), message: "must be the name of a column of the table" });
    }
    return values;
  };
  const days = named("daysSinceOffer");
  let own = named("identifier");
  if (holdout === undefined || holdout.fraction === 0) return { identifiers: undefined, days, problems };
  if (options.identifier === undefined) {
    for (const name of identifiers) own ??= column("identifier", name);
    if (own === undefined) {
      const list = identifiers.length > 0 ? `none of the schema's (${identifiers.join(", ")})` : "none";
      const message = `must be the name of the column that identifies the customers: the policy holds out ${100 * holdout.fraction}% of them by it, and the table has ${list}`;
      problems.push({ field: "identifier", rule: "absent", value: "nothing", message });
    }
  }
  return { identifiers: own, days, problems };
}

/** The values of a column that may be no field; `undefined` if the table has none of that name. */
function valuesOf(input: unknown, name: string): Values | undefined {
  if (Array.isArray(input)) {
    const values = input.map((record: unknown) => (isRecord(record) ? record[name] : undefined));
    return values.every((value) => value === undefined) ? undefined : values;
  }
  const column = columnOf(input as object, name);
  if (columnLength(column) === undefined) return undefined;
  if (Array.isArray(column) || ArrayBuffer.isView(column)) return column as unknown as Values;
  const { codes, categories } = column as DictionaryColumn;
  return Array.from(codes, (code) => (code === -1 ? null : categories[code]));
}

/** Days since the last offers, NaN for none. Throws `columns_invalid` with the first that are no days. */
function daysOf(values: Values, field: string, rows: number): Float64Array {
  const days = new Float64Array(rows);
  const problems: Problem[] = [];
  for (let row = 0; row < rows; row++) {
    const value = values[row] ?? "";
    const isNumber = typeof value === "number" || typeof value === "string" || typeof value === "bigint";
    const isNone = value === "" || Number.isNaN(value);
    days[row] = isNumber && !isNone ? Number(value) : Number.NaN;
    if (isNone || (Number.isFinite(days[row]) && days[row]! >= 0)) continue;
    const message = `must be a number of days in each row, at least 0, or empty (row ${row} is not)`;
    problems.push({ field, rule: Number.isFinite(days[row]) ? "bounds" : "type", value: textOf(value), message });
  }
  if (problems.length === 0) return days;
  throw new TenureError("columns_invalid", `the offers cannot be planned: ${summary(problems)}`, problems);
}
