/** Explanations of many customers: checks the arguments of a call; `blocks.ts` does the work. */

import { type BatchInput, PROBLEM_LIMIT, readTable } from "./batch.js";
import type { BlockWork, CohortEngine } from "./blocks.js";
import { checkProgress, checkSignal, fromCore, optionEntries, summary, textOf } from "./error.js";
import { type ImportanceOptions, SAMPLE_ROWS } from "./importance.js";
import { checked, optionProblems } from "./options.js";
import { TenureError } from "./tenure-error.js";
import type { ExplainedBlock, ExplainManyOptions } from "./types.js";

/** Options that `explain` does not have. */
const OTHER_OPTIONS = ["rows", "signal"];

/** @internal The options of `importance` as `explainMany` takes them, and its own one. */
export function importanceOptions(options: ImportanceOptions): {
  readonly onProgress: ImportanceOptions["onProgress"];
  readonly rest: ExplainManyOptions;
} {
  optionEntries(options);
  const { onProgress, ...rest } = options;
  checkProgress(onProgress);
  return { onProgress, rest: { rows: SAMPLE_ROWS, ...rest } };
}

/** @internal Checks all arguments before it returns; the work begins with the iteration. */
export function explainMany(
  cohort: CohortEngine,
  input: unknown,
  options: ExplainManyOptions,
): { readonly rows: number; readonly blocks: AsyncGenerator<ExplainedBlock, void, undefined> } {
  const problems = optionProblems(options, OTHER_OPTIONS, ["interactions", "scale"]);
  const { rows: limit, seed = 0, signal } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 1)) {
    const rule = typeof limit === "number" ? "bounds" : "type";
    problems.unshift({ field: "rows", rule, value: textOf(limit), message: "must be a positive whole number" });
  }
  if (problems.length > 0) {
    throw new TenureError("argument_invalid", `the customers cannot be explained: ${summary(problems)}`, problems);
  }
  checkSignal(signal);
  cohort.live();
  const table = readTable(cohort.views, cohort.fields, input);
  const work = { table, limit: limit ?? table.rows, seed, options: checked(options) };
  return { rows: table.rows, blocks: blocks(cohort, input, work, signal) };
}

/** Loads the script that does the work, and runs it. */
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
  try {
    yield* explainBlocks(cohort, { ...work, graphics, request, refuseAborted });
  } catch (error) {
    throw fromCore(error);
  }
}
