/**
 * Measures one engine in a fresh process or page: cold start, one row and 100,000 rows; for Tenure
 * also one record and one explanation. Runs in Node and in a browser.
 */

import { denseRows } from "./network.js";

const BATCH_ROWS = 100_000;
const BLOCK_ROWS = 10_000;
const POOL = 1000;
const EXPLAINED = 40;

/** Time for one figure in milliseconds: to warm up, and to measure. */
const WARM_MS = 300;
const MEASURE_MS = 700;
/**
 * Time of a group of calls in milliseconds. Calls are timed in groups, because a browser's clock is
 * coarse.
 */
const GROUP_MS = 2;

/**
 * Measures one engine. `first` of the result is its score of the first row, by which the caller
 * compares engines.
 *
 * @param given the inputs of engines: `network`, `records`, `read(name)` → ArrayBuffer,
 *   `address(name)`, wasm addresses.
 * @param importEngine imports the engine's module. Its time counts as cold start.
 * @param onlyCold whether to measure the cold start only.
 */
export async function measure(given, importEngine, onlyCold = false) {
  const { network, records } = given;
  const oneDense = denseRows(network, 1);

  const begin = performance.now();
  const { start, isAsync } = await importEngine();
  const engine = await start(given);
  const first = engine.record ? engine.record(records[0]) : await engine.row(oneDense);
  const cold_ms = performance.now() - begin;
  if (!(first >= 0 && first <= 1)) throw new Error(`the first score is not a probability: ${first}`);
  if (onlyCold) return { first, cold_ms };
  const results = { first };

  // Made after the cold start, which 50 MB more in the process would change.
  const dense = denseRows(network, BATCH_ROWS);
  const isOurs = engine.record !== undefined;
  const rows = Array.from({ length: Math.min(POOL, records.length) }, (_, row) =>
    isOurs ? engine.typed(records[row]) : dense.slice(row * network.width, (row + 1) * network.width),
  );
  results.row_p50_us = await perCall(isAsync, engine.row, rows);
  if (isOurs) results.record_p50_us = await perCall(isAsync, engine.record, records.slice(0, POOL));

  if (isOurs) {
    const columns = engine.columns(records, BATCH_ROWS);
    results.batch_100k_rows_per_s = await throughput(() => engine.batch(columns));
    const texts = engine.texts(records, BATCH_ROWS);
    results.batch_100k_text_rows_per_s = await throughput(() => engine.batch(texts));
    results.explain_exact_p50_ms = median(timesOf(engine.explain, records.slice(0, EXPLAINED)));
  } else {
    results.batch_100k_rows_per_s = await throughput(() => engine.batch(dense, BATCH_ROWS));
    results.batch_100k_in_blocks_rows_per_s = await throughput(async () => {
      let last;
      for (let row = 0; row < BATCH_ROWS; row += BLOCK_ROWS) {
        last = engine.batch(dense.subarray(row * network.width, (row + BLOCK_ROWS) * network.width), BLOCK_ROWS);
        if (isAsync) last = await last;
      }
      return last;
    });
  }
  return results;
}

/** Median time of one call in µs, over groups that are long enough for the clock. */
async function perCall(isAsync, call, inputs) {
  let at = 0;
  let sink = 0;
  const group = isAsync
    ? async (calls) => {
        const begin = performance.now();
        for (let index = 0; index < calls; index++) {
          sink += await call(inputs[at]);
          if (++at === inputs.length) at = 0;
        }
        return performance.now() - begin;
      }
    : (calls) => {
        const begin = performance.now();
        for (let index = 0; index < calls; index++) {
          sink += call(inputs[at]);
          if (++at === inputs.length) at = 0;
        }
        return performance.now() - begin;
      };
  let calls = 1;
  for (const begin = performance.now(); performance.now() - begin < WARM_MS; ) {
    if ((await group(calls)) < GROUP_MS) calls *= 2;
  }
  const times = [];
  for (const begin = performance.now(); performance.now() - begin < MEASURE_MS; ) {
    times.push(((await group(calls)) / calls) * 1000);
  }
  // Reading the sum prevents that the calls are optimised away.
  if (Number.isNaN(sink)) throw new Error("a score is NaN");
  return median(times);
}

/** Rows per second of a whole batch: the median of at least three calls, after one to warm up. */
async function throughput(batch) {
  await batch();
  const times = [];
  for (
    const begin = performance.now();
    times.length < 3 || (times.length < 9 && performance.now() - begin < MEASURE_MS);
  ) {
    const start = performance.now();
    const probabilities = await batch();
    times.push(performance.now() - start);
    const last = probabilities[probabilities.length - 1];
    if (!(last >= 0 && last <= 1)) throw new Error(`the last score is not a probability: ${last}`);
  }
  return BATCH_ROWS / (median(times) / 1000);
}

function timesOf(call, inputs) {
  call(inputs[0]);
  return inputs.map((input) => {
    const begin = performance.now();
    call(input);
    return performance.now() - begin;
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
