/**
 * Explains many customers in blocks. Between two blocks the event loop runs and the caller can stop
 * the work. This file and `importance.ts` are one script of their own in `dist`, which a page loads
 * at the first call that needs it.
 */

import type { Engine } from "../wasm/tenure.js";
import type { BatchInput, Table } from "./batch.js";
import type { WorkedOn } from "./device.js";
import type { FieldReader } from "./fields.js";
import type { CheckedOptions } from "./options.js";
import type { ExplainedBlock } from "./types.js";
import { MISSING_CODE, type Views } from "./views.js";
import type { Graphics } from "./webgpu.js";

export { importance } from "./importance.js";

/** Longest time of a block, in milliseconds: a page keeps at least 10 frames a second. */
const SLICE = 40;
/** Most rows of a block, for runtimes whose clock does not advance during a computation. */
const BLOCK_ROWS = 256;
/** The core's flag for a row that cannot be scored. */
const ERRORS = 2;

/** @internal What a scorer hands over to explain many customers. */
export interface CohortEngine {
  /** The engine. Throws a TenureError `disposed` once the scorer is disposed. */
  live(): Engine;
  readonly views: Views;
  readonly fields: readonly FieldReader[];
  /** The graphics device, or the reason why the CPU does the work. */
  readonly graphics: Promise<Graphics | WorkedOn> | WorkedOn;
}

/** @internal One call of `explainMany`, with its arguments checked. */
export interface BlockWork {
  readonly table: Table;
  /** The most rows to explain. A larger table is sampled with `seed`. */
  readonly limit: number;
  readonly seed: number;
  readonly options: CheckedOptions;
  readonly graphics: Graphics | WorkedOn;
  /** The caller's input, for the device's own engine to read. */
  readonly request: BatchInput;
  /** Throws a TenureError `aborted` once the caller's signal is aborted. */
  refuseAborted(): void;
}

/** @internal Explains the rows block by block. */
export async function* explainBlocks(
  cohort: CohortEngine,
  work: BlockWork,
): AsyncGenerator<ExplainedBlock, void, undefined> {
  const { table, options, graphics, request, refuseAborted } = work;
  const positions = sample(table.rows, work.limit, work.seed);
  const total = positions.length;
  refuseAborted();
  for (let done = 0; done < total; ) {
    const next = positions.subarray(done, done + BLOCK_ROWS);
    const explained =
      "device" in graphics ? { worked: graphics } : await graphics.explain(request, next, total - done, options);
    // The device may have taken time: check the signal again. `explainBlock` checks that the scorer
    // still lives.
    refuseAborted();
    const start = performance.now();
    const block = explainBlock(cohort, table, next, options, explained.contributions);
    const each = (performance.now() - start) / block.rows.length;
    if (!("device" in graphics) && explained.worked.device === "cpu") {
      graphics.timed(request, positions.subarray(done), options, each);
    }
    done += block.rows.length;
    yield { done, total, ...block, ...explained.worked };
    // A timer, not a microtask: the page must be able to paint and to handle a click on its stop
    // button.
    if (done < total) await new Promise((resolve) => setTimeout(resolve));
    refuseAborted();
  }
}

/**
 * Explains rows until the time of a block is over, or takes the contributions that a device
 * computed. It is synchronous, so nothing else writes to the engine's buffers.
 */
function explainBlock(
  cohort: CohortEngine,
  table: Table,
  positions: Uint32Array,
  { budget, tolerance, seed }: CheckedOptions,
  given: Float32Array | undefined,
): Omit<ExplainedBlock, "done" | "total" | "device" | "reason"> {
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
    table.read(positions[count]!, 1);
    const engine = cohort.live();
    table.write();
    engine.score_block(1);
    const results = views.results();
    [logit[count], probability[count]] = [results.logits[0]!, results.probabilities[0]!];
    for (const { index, isNumber } of fields) {
      const code = isNumber ? views.numbers(index)[0]! : views.codes(index)[0]!;
      values[count * width + index] = !isNumber && code === MISSING_CODE ? Number.NaN : code;
    }
    if (results.flags[0] === ERRORS) standardError[count] = Number.NaN;
    else if (given !== undefined && !Number.isNaN(given[count * (width + 1)])) {
      const own = given.subarray(count * (width + 1), (count + 1) * (width + 1));
      contributions.set(own.subarray(0, width), count * width);
      standardError[count] = own[width]!;
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
 * Draws `count` of the positions 0 to `rows - 1`, ascending, with every set equally likely:
 * selection sampling (Knuth, The Art of Computer Programming, volume 2, 3.4.2, algorithm S) with
 * the generator mulberry32.
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
