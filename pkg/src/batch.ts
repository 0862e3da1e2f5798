/**
 * Tables: checks the shape of the input, then scores it block by block through the engine's column
 * buffers.
 */

import type { Engine, Summary } from "../wasm/tenure.js";
import { columnOf } from "./arrow.js";
import { columnLength, columnSource, noColumn, writeValues } from "./columns.js";
import { kindOf, summary } from "./error.js";
import type { FieldReader } from "./fields.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { BlockScores, RowProblem, Shift, TableFindings, ValueSummary } from "./types.js";
import type { Views } from "./views.js";

/** Default of the option `problemLimit`: the number of rows whose problems are listed. */
export const PROBLEM_LIMIT = 1000;

/**
 * A table of columns or records, in blocks of rows. A block is read as a whole before it is written,
 * because code of the caller can run when values are read, and it may score or dispose.
 */
export interface Table {
  readonly rows: number;
  /** Reads `rows` rows from row `start` on. */
  read(start: number, rows: number): void;
  /** Writes the cells of the block that was read to the beginning of the column buffers. */
  write(): void;
  /** A value of the block that was read, for the core's messages. */
  value(field: number, row: number): unknown;
  /** What a row of the block is instead of a record, in words; `undefined` if it is one. */
  noRecord(row: number): string | undefined;
}

/** A caller's table, which each engine reads into its own buffers. */
export interface BatchInput {
  read(views: Views, fields: readonly FieldReader[]): Table;
  readonly problemLimit: number;
  readonly signal?: AbortSignal;
}

/** Reads columns or records: records come in an array, columns in an object. */
export function readTable(views: Views, fields: readonly FieldReader[], input: unknown): Table {
  if (Array.isArray(input)) return recordTable(views, fields, input);
  if (typeof input !== "object" || input === null || ArrayBuffer.isView(input)) {
    throw new TenureError(
      "argument_invalid",
      `a table must be an object of columns or an array of records, not ${kindOf(input)}`,
    );
  }
  return columnTable(
    views,
    fields,
    fields.map(({ name }) => columnOf(input, name)),
  );
}

/** The table of these columns, one for each field. */
function columnTable(views: Views, fields: readonly FieldReader[], columns: readonly unknown[]): Table {
  const lengths = columns.map(columnLength);
  const rows = commonest(lengths);
  const problems: Problem[] = [];
  fields.forEach(({ name }, index) => {
    const length = lengths[index];
    if (length === undefined) problems.push(noColumn(name, columns[index]));
    else if (length !== rows) {
      const message = `must have ${rows} rows, as the other columns do`;
      problems.push({ field: name, rule: "length", value: String(length), message });
    }
  });
  if (problems.length > 0) {
    throw new TenureError("columns_invalid", `the columns do not fit the schema: ${summary(problems)}`, problems);
  }
  const sources = fields.map((field) => columnSource(views, field, columns[field.index]));
  return {
    rows,
    read(start, count) {
      for (const source of sources) source.read(start, count);
    },
    write() {
      for (const source of sources) source.write();
    },
    value: (field, row) => sources[field]!.value(row),
    noRecord: () => undefined,
  };
}

function recordTable(views: Views, fields: readonly FieldReader[], records: readonly unknown[]): Table {
  const most = Math.min(views.blockRows, records.length);
  const columns = fields.map(() => new Array<unknown>(most));
  const block = new Array<Readonly<Record<string, unknown>>>(most);
  const others = new Map<number, string>();
  let count = 0;
  return {
    rows: records.length,
    read(start, rows) {
      count = rows;
      others.clear();
      for (let row = 0; row < rows; row++) {
        const record = records[start + row];
        if (isRecord(record) && !(record instanceof Error)) block[row] = record;
        else {
          others.set(row, start + row in records ? wordsOf(record) : "a hole of the array");
          // Without fields, so the core refuses the row.
          block[row] = {};
        }
      }
      for (const { index, name } of fields) {
        const column = columns[index]!;
        for (let row = 0; row < rows; row++) column[row] = block[row]![name];
      }
    },
    write() {
      for (const field of fields) writeValues(views, field, columns[field.index]!, count);
    },
    value: (field, row) => columns[field]![row],
    noRecord: (row) => others.get(row),
  };
}

/** What a value is instead of a record. An error says it itself, such as which line is broken. */
const wordsOf = (value: unknown): string => (value instanceof Error ? value.message : kindOf(value));

/** Whether a value can be a record. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The length that most columns have. Columns of another length are reported as wrong. */
function commonest(lengths: readonly (number | undefined)[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) if (length !== undefined) counts.set(length, (counts.get(length) ?? 0) + 1);
  let best = 0;
  let bestCount = 0;
  for (const [length, count] of counts) {
    if (count > bestCount) [best, bestCount] = [length, count];
  }
  return best;
}

/**
 * Scores every row of a table on the CPU. `live` throws once the scorer is disposed. `scored` is called
 * with each block of rows while it is in the column buffers.
 */
export function scoreTable(
  live: () => Engine,
  views: Views,
  table: Table,
  findings: Findings,
  scored?: (engine: Engine, start: number, rows: number) => void,
): BlockScores {
  const { rows } = table;
  const probability = new Float32Array(rows);
  const logit = new Float32Array(rows);
  const tier = new Uint8Array(rows);
  const flags = new Uint8Array(rows);
  let errorCount = 0;
  for (let start = 0; start < rows; start += views.blockRows) {
    const blockRows = Math.min(views.blockRows, rows - start);
    table.read(start, blockRows);
    // Memory that was freed meanwhile must not be written to.
    const engine = live();
    table.write();
    errorCount += engine.score_block(blockRows);
    const results = views.results();
    probability.set(results.probabilities.subarray(0, blockRows), start);
    logit.set(results.logits.subarray(0, blockRows), start);
    tier.set(results.tiers.subarray(0, blockRows), start);
    flags.set(results.flags.subarray(0, blockRows), start);
    findings.add(table, flags.subarray(start, start + blockRows));
    scored?.(engine, start, blockRows);
  }
  return { probability, logit, tier, flags, errorCount };
}

/** Collects what is wrong in the rows of a table, block by block. */
export class Findings {
  readonly #engine: Engine;
  readonly #fields: readonly FieldReader[];
  readonly #limit: number;
  readonly #summary: Summary;
  readonly #problems: RowProblem[] = [];
  #rows = 0;
  #count = 0;

  /** @param limit the number of rows whose problems are listed. */
  constructor(engine: Engine, fields: readonly FieldReader[], limit: number) {
    this.#engine = engine;
    this.#fields = fields;
    this.#limit = limit;
    this.#summary = engine.summary();
  }

  /** Adds the block of a table that was just scored, which has these flags. */
  add(table: Table, flags: Uint8Array): void {
    const [engine, fields, summary] = [this.#engine, this.#fields, this.#summary];
    const cells = engine.summary_block(summary, flags.length);
    // Counts the rows of each value, field after field: the cells are sorted by field.
    let counts = new Map<unknown, number>();
    for (let at = 0; at < cells.length; at += 2) {
      const field = cells[at]!;
      const row = cells[at + 1]!;
      const other = table.noRecord(row);
      const value = table.value(field, row);
      if (other === undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
      // Every cell of such a row is refused, and the row counts once.
      else if (field === 0) engine.summary_value(summary, fields.length, [other], 1);
      if (cells[at + 2] === field) continue;
      for (const [value, rows] of counts) engine.summary_value(summary, field, fields[field]!.sent(value), rows);
      counts = new Map();
    }
    for (let row = 0; row < flags.length; row++) {
      if (flags[row] === 0) continue;
      this.#count += 1;
      if (this.#count > this.#limit) continue;
      for (const problem of this.#rowProblems(table, row)) this.#problems.push({ row: this.#rows + row, ...problem });
    }
    this.#rows += flags.length;
  }

  #rowProblems(table: Table, row: number): Problem[] {
    const value = table.noRecord(row);
    if (value !== undefined) return [{ field: "record", rule: "type", value, message: "must be a plain object" }];
    const ask = (field: number): unknown => this.#fields[field]!.sent(table.value(field, row));
    return this.#engine.problems(row, ask) as Problem[];
  }

  /** What was found. Nothing can be added after it. */
  finish(): TableFindings {
    const shares = Float64Array.from(this.#fields.flatMap((field) => field.shares));
    const [summary, shifts] = this.#engine.findings(this.#summary, shares) as [ValueSummary[], Shift[]];
    const place = (name: string): number => this.#fields.findIndex((field) => field.name === name);
    summary.sort((a, b) => place(a.field) - place(b.field));
    return { problems: this.#problems, problemCount: this.#count, summary, shifts };
  }
}
