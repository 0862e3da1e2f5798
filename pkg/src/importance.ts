/**
 * Global importance: mean contributions over a cohort, and the points of beeswarm and dependence
 * plots.
 */

import type { Field, Schema } from "./document.js";
import type { TenureError } from "./tenure-error.js";
import type { ExplainedBlock, ExplainManyOptions } from "./types.js";

/** Default of the option `rows` of `importance`. */
export const SAMPLE_ROWS = 1000;

/** Options of {@link Scorer.importance}. */
export interface ImportanceOptions extends ExplainManyOptions {
  /** The most rows to explain. A larger table is sampled without replacement. Default: 1,000. */
  readonly rows?: number;
  /** Called after each block, with the number of explained rows and of rows to explain. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** How much one field moves the logit over a cohort. */
export interface FieldImportance {
  /** The field's name. */
  readonly field: string;
  /** The field's name for people, as in the schema. */
  readonly label: string;
  /** Mean of the absolute contributions, in log-odds. */
  readonly meanAbsolute: number;
  /**
   * Mean of the contributions, in log-odds. Above 0, the field raises this cohort above the
   * reference customers.
   */
  readonly mean: number;
}

/**
 * The points of a dependence plot: the values and contributions of one field, and a second field to
 * colour them by.
 */
export interface Dependence {
  /** The field's name. */
  readonly field: string;
  /** The field's name for people, as in the schema. */
  readonly label: string;
  /**
   * `[rows]`: the number, or the code of the category (`categories.length` for OTHER). NaN for a
   * missing value.
   */
  readonly value: Float64Array<ArrayBuffer>;
  /** `[rows]`: contributions of the field, in log-odds. */
  readonly contribution: Float32Array<ArrayBuffer>;
  /** Texts of a category or flag field by code; absent for numbers and dates. */
  readonly categories?: readonly string[];
  /**
   * The field that explains most of the spread of the contributions at one value; absent if no
   * field explains any.
   */
  readonly color?: {
    /** The name of that field. */
    readonly field: string;
    /** Its name for people, as in the schema. */
    readonly label: string;
    /** `[rows]`: its values, as in {@link Dependence.value}. */
    readonly value: Float64Array<ArrayBuffer>;
    /** Its texts by code, as in {@link Dependence.categories}. */
    readonly categories?: readonly string[];
    /** Share of the spread that it explains (adjusted R²), 0 to 1. */
    readonly strength: number;
  };
}

/** Global importance. Every column has one entry for each of `rows`. */
export interface Importance {
  /** All fields, the largest `meanAbsolute` first. */
  readonly fields: readonly FieldImportance[];
  /** Positions in the input of the explained rows, ascending, without the rows that have errors. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Number of rows of the input. */
  readonly totalRows: number;
  /** Whether the rows are a sample of the input. */
  readonly sampled: boolean;
  /** Number of rows left out because they have errors. */
  readonly errorCount: number;
  /** Largest standard error of a contribution, in log-odds; 0 if all are exact. */
  readonly standardError: number;
  /** `[rows]`: calibrated probabilities, 0 to 1. */
  readonly probability: Float32Array<ArrayBuffer>;
  /**
   * `[rows]`: contributions of one field, in log-odds.
   *
   * @param field the name of a field.
   * @throws TenureError `argument_invalid` for an unknown field.
   */
  contributions(field: string): Float32Array<ArrayBuffer>;
  /**
   * `[rows]`: values of one field, the number or the code of the category. NaN for a missing value.
   *
   * @param field the name of a field.
   * @throws TenureError `argument_invalid` for an unknown field.
   */
  values(field: string): Float64Array<ArrayBuffer>;
  /**
   * The points of one field's dependence plot, with a field to colour them by.
   *
   * @param field the name of a field.
   * @throws TenureError `argument_invalid` for an unknown field.
   */
  dependence(field: string): Dependence;
}

interface Column {
  readonly contributions: Float32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * @internal Collects blocks. The caller passes `unknownField`, because this script does not import
 *   the errors' class.
 */
export async function importance(
  schema: Schema,
  blocks: AsyncIterable<ExplainedBlock>,
  totalRows: number,
  onProgress: ImportanceOptions["onProgress"],
  unknownField: (name: unknown) => TenureError,
): Promise<Importance> {
  const width = schema.fields.length;
  const parts: ExplainedBlock[] = [];
  for await (const block of blocks) {
    parts.push(block);
    onProgress?.({ done: block.done, total: block.total });
  }
  const total = parts.at(-1)?.total ?? 0;
  const columns = schema.fields.map(
    (): Column => ({ contributions: new Float32Array(total), values: new Float64Array(total) }),
  );
  const rows = new Uint32Array(total);
  const probability = new Float32Array(total);
  let count = 0;
  let standardError = 0;
  for (const part of parts) {
    for (let row = 0; row < part.rows.length; row++) {
      if (Number.isNaN(part.logit[row])) continue;
      [rows[count], probability[count]] = [part.rows[row]!, part.probability[row]!];
      standardError = Math.max(standardError, part.standardError[row]!);
      columns.forEach(({ contributions, values }, field) => {
        [contributions[count], values[count]] = [
          part.contributions[row * width + field]!,
          part.values[row * width + field]!,
        ];
      });
      count += 1;
    }
  }
  const kept = columns.map(({ contributions, values }) => ({
    contributions: contributions.slice(0, count),
    values: values.slice(0, count),
  }));
  const column = (name: string): number => {
    const index = schema.fields.findIndex((field) => field.name === name);
    if (index >= 0) return index;
    throw unknownField(name);
  };
  return {
    fields: schema.fields
      .map((field, index) => means(field, kept[index]!))
      .sort((a, b) => b.meanAbsolute - a.meanAbsolute),
    rows: rows.slice(0, count),
    totalRows,
    sampled: total < totalRows,
    errorCount: total - count,
    standardError,
    probability: probability.slice(0, count),
    contributions: (name) => kept[column(name)]!.contributions,
    values: (name) => kept[column(name)]!.values,
    dependence: (name) => dependence(schema, kept, column(name)),
  };
}

function means({ name, label }: Field, { contributions }: Column): FieldImportance {
  let [sum, absolute] = [0, 0];
  for (const contribution of contributions) {
    sum += contribution;
    absolute += Math.abs(contribution);
  }
  const count = Math.max(contributions.length, 1);
  return { field: name, label: label ?? name, meanAbsolute: absolute / count, mean: sum / count };
}

function dependence(schema: Schema, columns: readonly Column[], index: number): Dependence {
  const describe = (at: number) => {
    const field = schema.fields[at]!;
    const categories = categoriesOf(field);
    return {
      field: field.name,
      label: field.label ?? field.name,
      value: columns[at]!.values,
      ...(categories && { categories }),
    };
  };
  const spread = spreadAtOneValue(columns[index]!, categoriesOf(schema.fields[index]!) !== undefined);
  let best = -1;
  let strength = 0;
  columns.forEach(({ values }, other) => {
    if (other === index) return;
    const explained = explainedShare(spread, values, categoriesOf(schema.fields[other]!) !== undefined);
    if (explained > strength) [best, strength] = [other, explained];
  });
  return {
    ...describe(index),
    contribution: columns[index]!.contributions,
    ...(best >= 0 && { color: { ...describe(best), strength } }),
  };
}

function categoriesOf(field: Field): readonly string[] | undefined {
  if (field.kind === "category") return field.categories;
  return field.kind === "flag" ? [field.negative, field.positive] : undefined;
}

/**
 * Number of windows of a number field. Within a window, contributions differ mainly by
 * interactions.
 */
const WINDOWS = 10;

/**
 * A field's contributions minus their mean at the same value: the same code for a category, the
 * same tenth of the rows for a number. The windows follow `approximate_interactions` of shap.
 */
function spreadAtOneValue({ contributions, values }: Column, isCategory: boolean): Float64Array {
  const order = Uint32Array.from(values, (_, row) => row).sort((a, b) => compare(values[a]!, values[b]!) || a - b);
  const window = Math.max(Math.ceil(order.length / WINDOWS), 1);
  const spread = new Float64Array(order.length);
  let start = 0;
  for (let end = 1; end <= order.length; end++) {
    const same = end < order.length && compare(values[order[end - 1]!]!, values[order[end]!]!) === 0;
    if (end < order.length && (isCategory ? same : same || end - start < window)) continue;
    let sum = 0;
    for (let at = start; at < end; at++) sum += contributions[order[at]!]!;
    const mean = sum / (end - start);
    for (let at = start; at < end; at++) spread[order[at]!] = contributions[order[at]!]! - mean;
    start = end;
  }
  return spread;
}

/** Compares numbers for ascending order, with missing values last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

/**
 * Share of the variance that the group means of another field explain, adjusted for the number of
 * groups (adjusted R²). The groups are the categories, or ten groups of a number.
 */
function explainedShare(spread: Float64Array, values: Float64Array, isCategory: boolean): number {
  const rows = spread.length;
  const groups = isCategory ? values : ranks(values);
  const sums = new Map<number, [sum: number, count: number]>();
  let total = 0;
  for (let row = 0; row < rows; row++) {
    // NaN equals itself in a Map, so missing values are a group.
    const entry = sums.get(groups[row]!) ?? [0, 0];
    entry[0] += spread[row]!;
    entry[1] += 1;
    sums.set(groups[row]!, entry);
    total += spread[row]! ** 2;
  }
  let between = 0;
  for (const [sum, count] of sums.values()) between += sum ** 2 / count;
  if (!(total > 1e-12 * rows) || rows <= sums.size) return 0;
  return Math.max(0, 1 - ((1 - between / total) * (rows - 1)) / (rows - sums.size));
}

/**
 * The group of each number: a tenth of the rows by size, with equal numbers in one group. NaN for a
 * missing value.
 */
function ranks(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const bounds = Array.from(
    { length: WINDOWS - 1 },
    (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / WINDOWS)]!,
  );
  return values.map((value) => (Number.isNaN(value) ? value : bounds.filter((bound) => value >= bound).length));
}
