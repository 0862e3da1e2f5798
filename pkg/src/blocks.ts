/**
 * The work on many customers: block after block, between which the event loop runs and the caller may stop. In pages a
 * script of its own, with all that importance needs, loaded when it is first asked for; it takes errors from the package.
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

/** A block ends after so many milliseconds, so that a page stays at 10 frames a second or better while it waits. */
const SLICE = 40;
/** And after so many rows, for runtimes whose clock stands still while they compute. */
const BLOCK_ROWS = 256;
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

/** @internal What is to be explained, checked, and with what. */
export interface BlockWork {
  readonly table: Table;
  /** Most rows, and the seed that draws them where there are more. */
  readonly limit: number;
  readonly seed: number;
  readonly options: CheckedOptions;
  readonly graphics: Graphics | WorkedOn;
  /** The input again, for the engine of a device. */
  readonly request: BatchInput;
  /** Throws once the caller's signal has stopped the work. */
  refuseAborted(): void;
}

/** @internal Blocks, each with the progress. */
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
    // Whoever has a device may have waited: the signal and the scorer's end are looked at again.
    refuseAborted();
    const start = performance.now();
    const block = explainBlock(cohort, table, next, options, explained.contributions);
    const each = (performance.now() - start) / block.rows.length;
    if (!("device" in graphics) && explained.worked.device === "cpu") {
      graphics.timed(request, positions.subarray(done), options, each);
    }
    done += block.rows.length;
    yield { done, total, ...block, ...explained.worked };
    // Microtasks would not let a page paint, nor its button abort.
    if (done < total) await new Promise((resolve) => setTimeout(resolve));
    refuseAborted();
  }
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
