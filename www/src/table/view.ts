/** Searches, filters and sorts a scored table: which rows are shown, and in which order. */
import type { CategoryField, Field, FlagField, Schema, Scorer } from "tenure";
import type { Column } from "./dictionary";
import { NO_TIER } from "./messages";
import { numbersOf } from "./numbers";
import { ordered, type ScoredTable } from "./scored-table";

export interface Query {
  text: string;
  /** Tiers to show. `NO_TIER` shows the rows without a score; an empty set shows all rows. */
  tiers: ReadonlySet<number>;
  /** The one segment to show; all rows without it. */
  segment?: Segment | undefined;
  /** `risk`, `line`, or the name of a column. */
  sort: string;
  direction: 1 | -1;
}

/** The customers with one value of a category or a flag. */
export interface Segment {
  field: string;
  /** The cell, as `Scorer.cell` gives it: a code, or NaN for a missing value. */
  cell: number;
}

/** A field that segments the table: each of its values with the number of customers. */
export interface SegmentField {
  field: CategoryField | FlagField;
  values: { cell: number; count: number }[];
}

export const BY_RISK: Query = { text: "", tiers: new Set(), sort: "risk", direction: -1 };

const collator = new Intl.Collator(undefined, { numeric: true });

export class View {
  readonly #table: ScoredTable;
  readonly #scorer: Scorer;
  readonly #schema: Schema;
  readonly #orders = new Map<string, Uint32Array>();

  constructor(table: ScoredTable, scorer: Scorer) {
    this.#table = table;
    this.#scorer = scorer;
    this.#schema = scorer.schema;
  }

  rows(query: Query): Uint32Array {
    const order = this.#order(query.sort, query.direction);
    const matches = this.#matcher(query);
    return matches ? order.filter(matches) : order;
  }

  /** The categories and flags of the schema that have several values in this table. */
  segments(): SegmentField[] {
    return this.#schema.fields.flatMap((field) => {
      if (field.kind !== "category" && field.kind !== "flag") return [];
      const { column, cells } = this.#cells(field.name);
      const rows = new Uint32Array(column.texts.length);
      for (const code of column.codes) rows[code]! += 1;
      for (const row of this.#table.brokenRows) rows[column.codes[row]!]! -= 1;
      const counts = new Map<number, number>();
      for (const [code, cell] of cells.entries()) {
        if (cell !== undefined && rows[code]! > 0) counts.set(cell, (counts.get(cell) ?? 0) + rows[code]!);
      }
      const values = [...counts].map(([cell, count]) => ({ cell, count }));
      values.sort((left, right) => right.count - left.count);
      return values.length > 1 ? [{ field, values }] : [];
    });
  }

  /** The field's column, and the cell of each of its texts; `undefined` for a text that is refused. */
  #cells(field: string): { column: Column; cells: (number | undefined)[] } {
    const column = this.#table.column(field)!;
    return { column, cells: column.texts.map((text) => this.#scorer.cell(field, text)) };
  }

  #order(sort: string, direction: 1 | -1): Uint32Array {
    if (sort === "risk" && direction === -1) return this.#table.byRisk;
    const key = `${direction}${sort}`;
    const known = this.#orders.get(key);
    if (known) return known;
    const order = ordered(this.#table.rowCount, this.#keys(sort), direction);
    this.#orders.set(key, order);
    return order;
  }

  #keys(sort: string): ArrayLike<number> {
    if (sort === "risk") return this.#table.logit;
    const column = this.#table.column(sort);
    if (!column) return this.#table.lines;
    const field = this.#schema.fields.find(({ name }) => name === sort);
    const isNumber = field?.kind === "number" || field?.kind === "date";
    const keyOf = isNumber ? numbersOf(this.#scorer, field, column.texts) : places(column);
    return Float64Array.from(column.codes, (code) => keyOf[code]!);
  }

  #matcher({ text, tiers, segment }: Query): ((row: number) => boolean) | undefined {
    const tests: ((row: number) => boolean)[] = [];
    const { tier, brokenRows } = this.#table;
    if (tiers.size > 0) tests.push((row) => tiers.has(tier[row]!));
    if (segment) {
      const { column, cells } = this.#cells(segment.field);
      const hit = cells.map((cell) => Object.is(cell, segment.cell));
      tests.push((row) => hit[column.codes[row]!]! && !brokenRows.has(row));
    }
    const wanted = text.trim().toLowerCase();
    if (wanted) tests.push(this.#search(wanted));
    return tests.length === 0 ? undefined : (row) => tests.every((test) => test(row));
  }

  #search(wanted: string): (row: number) => boolean {
    const numeric = new Set(this.#schema.fields.filter((field) => field.kind === "number").map((field) => field.name));
    const hits = this.#table.columns.flatMap((column) => {
      // "12" finds customer 12 and a charge of 12, but not every charge that contains "12".
      const test = numeric.has(column.name)
        ? (value: string) => value.trim() === wanted
        : (value: string) => value.toLowerCase().includes(wanted);
      const hit = Uint8Array.from(column.texts, (value) => Number(test(value)));
      return hit.includes(1) ? [{ codes: column.codes, hit }] : [];
    });
    return (row) => hits.some(({ codes, hit }) => hit[codes[row]!] === 1);
  }
}

/** Place of each distinct text in sorted order; blanks become NaN and sort last. */
function places(column: Column): Float64Array {
  const sorted = column.texts
    .map((_, code) => code)
    .sort((a, b) => collator.compare(column.texts[a]!, column.texts[b]!));
  const place = new Float64Array(column.texts.length);
  for (const [index, code] of sorted.entries()) place[code] = column.texts[code]!.trim() === "" ? NaN : index;
  return place;
}

/**
 * The fields that explain most of the score's variance in this table, the strongest first. The
 * table shows them as columns.
 */
export function tellingFields(table: ScoredTable, scorer: Scorer, count: number): string[] {
  const shares = scorer.schema.fields.map((field) => {
    const column = table.column(field.name)!;
    return { name: field.name, share: share(scorer, field, table, column) };
  });
  return shares
    .sort((left, right) => right.share - left.share)
    .slice(0, count)
    .map(({ name }) => name);
}

function share(scorer: Scorer, field: Field, table: ScoredTable, column: Column): number {
  if (field.kind === "number" || field.kind === "date")
    return correlation(table, column, numbersOf(scorer, field, column.texts));
  return betweenShare(table, column);
}

/** Share of the score's variance between the distinct texts of a column (eta squared). */
function betweenShare({ tier, probability, scoredCount, expected }: ScoredTable, column: Column): number {
  const sums = new Float64Array(column.texts.length);
  const counts = new Uint32Array(column.texts.length);
  let squares = 0;
  for (const [row, code] of column.codes.entries()) {
    if (tier[row] === NO_TIER) continue;
    sums[code]! += probability[row]!;
    counts[code]! += 1;
    squares += probability[row]! ** 2;
  }
  const mean = expected / scoredCount;
  const between = sums.reduce(
    (total, sum, code) => (counts[code] ? total + counts[code] * (sum / counts[code] - mean) ** 2 : total),
    0,
  );
  return between / (squares - scoredCount * mean ** 2) || 0;
}

/**
 * Squared correlation between the score and a column of numbers. `values` has one number for each
 * distinct text.
 */
function correlation({ tier, probability }: ScoredTable, column: Column, values: Float64Array): number {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  for (const [row, code] of column.codes.entries()) {
    const a = values[code]!;
    const b = probability[row]!;
    if (tier[row] === NO_TIER || !Number.isFinite(a)) continue;
    n += 1;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  return (n * xy - x * y) ** 2 / ((n * xx - x * x) * (n * yy - y * y)) || 0;
}
