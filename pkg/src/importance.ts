/**
 * What a model looks at over a cohort: mean contributions, the points of a beeswarm, the curve of one field. Part of the
 * script that does the work (`blocks.ts`).
 */

import type { Field, Schema } from "./document.js";
import type { TenureError } from "./tenure-error.js";
import type { ExplainedBlock, ExplainManyOptions } from "./types.js";

/** Rows that an importance explains unless the caller says otherwise. */
export const SAMPLE_ROWS = 1000;

/** Options of {@link Scorer.importance}. */
export interface ImportanceOptions extends ExplainManyOptions {
  /** Explains at most so many rows; 1,000 unless given. */
  readonly rows?: number;
  /** Called after every block of rows. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** How much one field moves the logit over the cohort. */
export interface FieldImportance {
  readonly field: string;
  readonly label: string;
  /** Mean of |contribution|, log-odds. */
  readonly meanAbsolute: number;
  /** Mean contribution, log-odds: whether this cohort lies above or below the reference customers. */
  readonly mean: number;
}

/** The points of one field: its value against its contribution, and a second field to colour them by. */
export interface Dependence {
  readonly field: string;
  readonly label: string;
  /** `[rows]`: the number, or a position in `categories` (their count stands for OTHER); NaN for missing. */
  readonly value: Float64Array<ArrayBuffer>;
  /** `[rows]`, log-odds. */
  readonly contribution: Float32Array<ArrayBuffer>;
  /** The texts of a category or flag by code; absent for a number or date. */
  readonly categories?: readonly string[];
  /** The field that explains most of the spread of the contributions at one value; absent where none explains any. */
  readonly color?: {
    readonly field: string;
    readonly label: string;
    readonly value: Float64Array<ArrayBuffer>;
    readonly categories?: readonly string[];
    /** Share of that spread that it explains, 0 to 1. */
    readonly strength: number;
  };
}

/** Global importance. All columns have one entry for each of `rows`. */
export interface Importance {
  /** Largest mean |contribution| first. */
  readonly fields: readonly FieldImportance[];
  /** Positions in the input of the rows that were explained, ascending; rows with errors are not among them. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** Rows of the input, and whether only a sample of them was taken. */
  readonly totalRows: number;
  readonly sampled: boolean;
  /** Rows that were taken and have errors. */
  readonly errorCount: number;
  /** Largest standard error of any contribution; 0 where all are exact. */
  readonly standardError: number;
  /** `[rows]`, calibrated probabilities. */
  readonly probability: Float32Array<ArrayBuffer>;
  /** Contributions of one field, `[rows]`, log-odds. @throws TenureError `argument_invalid` for an unknown field. */
  contributions(field: string): Float32Array<ArrayBuffer>;
  /** Values of one field, `[rows]`: the number, or the category's code; NaN for missing. */
  values(field: string): Float64Array<ArrayBuffer>;
  /** The points of one field's curve, with a field to colour them by. */
  dependence(field: string): Dependence;
}

interface Column {
  readonly contributions: Float32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** @internal Collects blocks. `unknownField` makes the error for a name that is no field: its class is the package's own. */
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

/** Values near each other have much the same contribution but for interactions; so many windows of a number. */
const WINDOWS = 10;

/**
 * What is left of a field's contributions after the mean at its value: for a category at its code, for a number within a
 * tenth of the rows (after shap's `approximate_interactions`, which correlates within windows too).
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

/** Ascending, missing last. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

/**
 * Share of the variance that the means of the groups of another field explain, adjusted for their number (adjusted R²):
 * its categories, or ten groups of a number.
 */
function explainedShare(spread: Float64Array, values: Float64Array, isCategory: boolean): number {
  const rows = spread.length;
  const groups = isCategory ? values : ranks(values);
  const sums = new Map<number, [sum: number, count: number]>();
  let total = 0;
  for (let row = 0; row < rows; row++) {
    // A Map takes NaN for equal to itself: missing is a group of its own.
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

/** The group of each number: tenths of the rows by size, equal numbers together; missing is NaN. */
function ranks(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const bounds = Array.from(
    { length: WINDOWS - 1 },
    (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / WINDOWS)]!,
  );
  return values.map((value) => (Number.isNaN(value) ? value : bounds.filter((bound) => value >= bound).length));
}
