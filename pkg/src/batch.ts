/**
 * Tables: checks the shape of the input, then scores it block by block through the engine's column
 * buffers.
 */

import type { Engine } from "../wasm/tenure.js";
import { type ColumnSource, columnLength, columnSource, noColumn, recordSource } from "./columns.js";
import { kindOf, summary } from "./error.js";
import { type FieldReader, plain } from "./fields.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { RowProblem, Scores } from "./types.js";
import type { Views } from "./views.js";

/** Default of the option `problemLimit`: the number of rows whose problems are listed. */
export const PROBLEM_LIMIT = 1000;

/** A table of columns or records: its number of rows, and one source for each field. */
export interface Table {
  readonly rows: number;
  readonly sources: readonly ColumnSource[];
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
  return columnTable(views, fields, input as Readonly<Record<string, unknown>>);
}

function columnTable(views: Views, fields: readonly FieldReader[], columns: Readonly<Record<string, unknown>>): Table {
  const lengths = fields.map(({ name }) => columnLength(columns[name]));
  const rows = commonest(lengths);
  const problems: Problem[] = [];
  fields.forEach(({ name }, index) => {
    const length = lengths[index];
    if (length === undefined) problems.push(noColumn(name, columns[name]));
    else if (length !== rows) {
      const message = `must have ${rows} rows, as the other columns do`;
      problems.push({ field: name, rule: "length", value: String(length), message });
    }
  });
  if (problems.length > 0) {
    throw new TenureError("columns_invalid", `the columns do not fit the schema: ${summary(problems)}`, problems);
  }
  return { rows, sources: fields.map((field) => columnSource(views, field, columns[field.name])) };
}

function recordTable(views: Views, fields: readonly FieldReader[], records: readonly unknown[]): Table {
  const problems: Problem[] = [];
  records.forEach((record, row) => {
    if (typeof record === "object" && record !== null && !Array.isArray(record)) return;
    if (problems.length >= PROBLEM_LIMIT) return;
    problems.push({ field: `records[${row}]`, rule: "type", value: kindOf(record), message: "must be a plain object" });
  });
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `records must be plain objects: ${summary(problems)}`, problems);
  }
  const objects = records as readonly Readonly<Record<string, unknown>>[];
  return { rows: records.length, sources: fields.map((field) => recordSource(views, field, objects)) };
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

/** Scores every row of a table on the CPU. */
export function scoreTable(engine: Engine, views: Views, table: Table, problemLimit: number): Scores {
  const { rows, sources } = table;
  const probability = new Float32Array(rows);
  const logit = new Float32Array(rows);
  const tier = new Uint8Array(rows);
  const flags = new Uint8Array(rows);
  let errorCount = 0;
  for (let start = 0; start < rows; start += views.blockRows) {
    const blockRows = Math.min(views.blockRows, rows - start);
    for (const source of sources) source.fill(start, blockRows);
    errorCount += engine.score_block(blockRows);
    const results = views.results();
    probability.set(results.probabilities.subarray(0, blockRows), start);
    logit.set(results.logits.subarray(0, blockRows), start);
    tier.set(results.tiers.subarray(0, blockRows), start);
    flags.set(results.flags.subarray(0, blockRows), start);
  }
  return { probability, logit, tier, flags, ...collectProblems(engine, table, flags, problemLimit), errorCount };
}

/** Lists the problems of the first `limit` flagged rows, and counts the flagged rows. */
export function collectProblems(
  engine: Engine,
  { sources }: Table,
  flags: Uint8Array,
  limit: number,
): Pick<Scores, "problems" | "problemCount"> {
  const problems: RowProblem[] = [];
  let problemCount = 0;
  for (let row = 0; row < flags.length; row++) {
    if (flags[row] === 0) continue;
    problemCount += 1;
    if (problemCount <= limit) listProblems(engine, sources, row, problems);
  }
  return { problems, problemCount };
}

function listProblems(engine: Engine, sources: readonly ColumnSource[], row: number, list: RowProblem[]): void {
  const values = sources.map((source) => plain(source.value(row)));
  for (const problem of JSON.parse(engine.problems(values)) as Problem[]) list.push({ row, ...problem });
}
