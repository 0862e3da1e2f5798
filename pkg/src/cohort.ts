/** Explanations of many customers: block after block, between which the event loop runs and the caller may stop. */

import type { Engine } from "../wasm/tenure.js";
import { type BatchInput, PROBLEM_LIMIT, readTable, type Table } from "./batch.js";
import type { WorkedOn } from "./device.js";
import { summary, TenureError } from "./error.js";
import type { FieldReader } from "./fields.js";
import { type CheckedOptions, checked, optionProblems } from "./options.js";
import type { ExplainOptions } from "./types.js";
import { MISSING_CODE, type Views } from "./views.js";
import type { Graphics } from "./webgpu.js";

/** Options of {@link Scorer.explainMany}; `budget` and `tolerance` are for each row, and `seed` draws the rows too. */
export interface ExplainManyOptions extends Omit<ExplainOptions, "interactions"> {
  /** Explains at most so many rows: a sample without replacement where there are more. All rows unless given. */
  readonly rows?: number;
  /** Stops the work between two blocks: the iteration then throws a TenureError `aborted`. */
  readonly signal?: AbortSignal;
}

/** Explanations of some rows, how far the work is, and on which device it was done. Arrays are the caller's to keep. */
export interface ExplainedBlock extends WorkedOn {
  /** Rows explained so far, this block among them, and rows to explain. */
  readonly done: number;
  readonly total: number;
  /** Positions of this block's rows in the input, ascending. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** `[rows, fields]`, row-major, fields in schema order, log-odds; NaN in a row that has errors. */
  readonly contributions: Float32Array<ArrayBuffer>;
  /** `[rows, fields]`: the number, or the code of the category (their count stands for OTHER), NaN for missing. */
  readonly values: Float64Array<ArrayBuffer>;
  /** `[rows]`: log-odds, and calibrated probability; NaN in a row that has errors. */
  readonly logit: Float32Array<ArrayBuffer>;
  readonly probability: Float32Array<ArrayBuffer>;
  /** `[rows]`: largest standard error of the row's contributions, log-odds; 0 where they are exact. */
  readonly standardError: Float32Array<ArrayBuffer>;
}

/** Rows that an importance explains unless the caller says otherwise. */
export const SAMPLE_ROWS = 1000;
/** A block ends after so many milliseconds, so that a page stays at 10 frames a second or better while it waits. */
const SLICE = 40;
/** And after so many rows, for runtimes whose clock stands still while they compute. */
const BLOCK_ROWS = 256;
/** Options beside those of one explanation. */
const OTHER_OPTIONS = ["rows", "signal", "onProgress"];
/** The core's flag for a row that cannot be scored. */
const ERRORS = 2;

/** @internal What a cohort is explained with; `live` throws once the scorer was disposed. */
export interface CohortEngine {
  live(): Engine;
  readonly views: Views;
  readonly fields: readonly FieldReader[];
  /** Where `load` was told a device; else the reason why there is none. */
  readonly graphics: Promise<Graphics | WorkedOn> | WorkedOn;
}

/** @internal Checks everything at once, then iterates. */
export function explainMany(
  cohort: CohortEngine,
  input: unknown,
  options: ExplainManyOptions,
): { readonly rows: number; readonly blocks: AsyncGenerator<ExplainedBlock, void, undefined> } {
  const { rows: limit, seed = 0, signal } = options;
  const problems = optionProblems(options, OTHER_OPTIONS, ["interactions"]);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    const rule = typeof limit === "number" ? "bounds" : "type";
    problems.unshift({ field: "rows", rule, value: String(limit), message: "must be a positive whole number" });
  }
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `the customers cannot be explained: ${summary(problems)}`, problems);
  }
  cohort.live();
  const table = readTable(cohort.views, cohort.fields, input);
  const positions = sample(table.rows, limit ?? table.rows, seed);
  return { rows: table.rows, blocks: blocks(cohort, input, table, positions, checked(options), signal) };
}

async function* blocks(
  cohort: CohortEngine,
  input: unknown,
  table: Table,
  positions: Uint32Array,
  options: CheckedOptions,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExplainedBlock, void, undefined> {
  const total = positions.length;
  refuseAborted(signal);
  const graphics = await cohort.graphics;
  const request: BatchInput = {
    read: (views, fields) => readTable(views, fields, input),
    problemLimit: PROBLEM_LIMIT,
    ...(signal ? { signal } : {}),
  };
  for (let done = 0; done < total; ) {
    const next = positions.subarray(done, done + BLOCK_ROWS);
    const explained =
      "device" in graphics
        ? { worked: graphics }
        : await graphics.explain(request, next, total - done, options.budget);
    // Whoever has a device may have waited: the signal and the scorer's end are looked at again.
    refuseAborted(signal);
    const start = performance.now();
    const block = explainBlock(cohort, table, next, options, explained.contributions);
    const each = (performance.now() - start) / block.rows.length;
    if (!("device" in graphics) && explained.worked.device === "cpu") graphics.timed(request, positions.subarray(done), options.budget, each);
    done += block.rows.length;
    yield { done, total, ...block, ...explained.worked };
    // Microtasks would not let a page paint, nor its button abort.
    if (done < total) await new Promise((resolve) => setTimeout(resolve));
    refuseAborted(signal);
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new TenureError("aborted", "the explanations were aborted", [], { cause: signal.reason });
}

/**
 * Explains rows until the slice is over, or takes their contributions from a device. Nothing else runs meanwhile, so the
 * engine's buffers are ours.
 */
function explainBlock(
  cohort: CohortEngine,
  table: Table,
  positions: Uint32Array,
  { budget, tolerance, seed }: CheckedOptions,
  given: Float32Array | undefined,
): Omit<ExplainedBlock, "done" | "total" | "device" | "reason"> {
  const engine = cohort.live();
  const { views, fields } = cohort;
  const width = fields.length;
  const most = positions.length;
  const contributions = new Float32Array(most * width).fill(Number.NaN);
  const values = new Float64Array(most * width);
  const logit = new Float32Array(most);
  const probability = new Float32Array(most);
  const standardError = new Float32Array(most);
  const end = performance.now() + SLICE;
  let count = 0;
  while (count < most) {
    for (const source of table.sources) source.fill(positions[count]!, 1);
    engine.score_block(1);
    const results = views.results();
    [logit[count], probability[count]] = [results.logits[0]!, results.probabilities[0]!];
    for (const { index, isNumber } of fields) {
      const code = isNumber ? views.numbers(index)[0]! : views.codes(index)[0]!;
      values[count * width + index] = !isNumber && code === MISSING_CODE ? Number.NaN : code;
    }
    if (results.flags[0] === ERRORS) standardError[count] = Number.NaN;
    else if (given !== undefined && !Number.isNaN(given[count * width])) {
      contributions.set(given.subarray(count * width, (count + 1) * width), count * width);
    } else {
      standardError[count] = engine.explain_block_row(0, budget, tolerance, seed);
      contributions.set(views.contributions(), count * width);
    }
    count += 1;
    if (given === undefined && performance.now() >= end) break;
  }
  return {
    rows: positions.slice(0, count),
    contributions: contributions.slice(0, count * width),
    values: values.slice(0, count * width),
    logit: logit.slice(0, count),
    probability: probability.slice(0, count),
    standardError: standardError.slice(0, count),
  };
}

/**
 * `count` of the positions 0 to `rows`, ascending, each set equally likely: selection sampling (Knuth, The Art of Computer
 * Programming 2, 3.4.2, algorithm S) with mulberry32.
 */
function sample(rows: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  if (count >= rows) return Uint32Array.from({ length: rows }, (_, row) => row);
  const positions = new Uint32Array(count);
  let state = seed;
  let taken = 0;
  for (let row = 0; taken < count; row++) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const random = ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    if ((rows - row) * random < count - taken) positions[taken++] = row;
  }
  return positions;
}
