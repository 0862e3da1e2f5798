/** Explanations of many customers: what a caller asks is checked here, at once; `blocks.ts` does it. */

import type { Engine } from "../wasm/tenure.js";
import { type BatchInput, PROBLEM_LIMIT, readTable } from "./batch.js";
import type { BlockWork } from "./blocks.js";
import type { WorkedOn } from "./device.js";
import { summary, TenureError } from "./error.js";
import type { FieldReader } from "./fields.js";
import { checked, optionProblems } from "./options.js";
import type { ExplainOptions } from "./types.js";
import type { Views } from "./views.js";
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
/** Options beside those of one explanation. */
const OTHER_OPTIONS = ["rows", "signal", "onProgress"];
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
  const work = { table, limit: limit ?? table.rows, seed, options: checked(options) };
  return { rows: table.rows, blocks: blocks(cohort, input, work, signal) };
}

/** The work itself, and what importance makes of it, is a script of its own. */
async function* blocks(
  cohort: CohortEngine,
  input: unknown,
  work: Omit<BlockWork, "graphics" | "request" | "refuseAborted">,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExplainedBlock, void, undefined> {
  const refuseAborted = (): void => {
    if (signal?.aborted)
      throw new TenureError("aborted", "the explanations were aborted", [], { cause: signal.reason });
  };
  refuseAborted();
  const request: BatchInput = {
    read: (views, fields) => readTable(views, fields, input),
    problemLimit: PROBLEM_LIMIT,
    ...(signal ? { signal } : {}),
  };
  const [{ explainBlocks }, graphics] = await Promise.all([import("./blocks.js"), cohort.graphics]);
  yield* explainBlocks(cohort, { ...work, graphics, request, refuseAborted });
}
