/**
 * One engine measured in one fresh process or page: cold start, one row, 100,000 rows and, ours alone, one record and one
 * explanation. Runs unchanged in Node and in a browser.
 */

import { denseRows } from "./network.js";

const BATCH_ROWS = 100_000;
const BLOCK_ROWS = 10_000;
const POOL = 1000;
const EXPLAINED = 40;

/** Milliseconds that one figure may take, first to warm up, then to measure. */
const WARM_MS = 300;
const MEASURE_MS = 700;
/** A browser's clock is coarse: calls are timed in groups that take this long. */
const GROUP_MS = 2;

/**
 * Measures one engine; `first`, its score of the first row, lets the caller see that the peers compute the same.
 *
 * @param given what engines read: `network`, `records`, `read(name)` → ArrayBuffer, `address(name)`, and where wasm lies.
 * @param importEngine imports the engine's module; its time counts.
 * @param onlyCold whether the cold start is all that is asked for.
 */
export async function measure(given, importEngine, onlyCold = false) {
  const { network, records } = given;
  const oneDense = denseRows(network, 1);

  const begin = performance.now();
  const { start, isAsync } = await importEngine();
  const engine = await start(given);
  const first = engine.record ? engine.record(records[0]) : await engine.row(oneDense);
  const cold_ms = performance.now() - begin;
  if (!(first >= 0 && first <= 1)) throw new Error(`the first score is no probability: ${first}`);
  if (onlyCold) return { first, cold_ms };
  const results = { first };

  // Made after the cold start: half a hundred megabytes more would make a process that no user has.
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

/** Median time of one call in µs: calls in groups long enough for the clock, the median over the groups. */
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
  // Reading the sum keeps the calls from being optimised away.
  if (Number.isNaN(sink)) throw new Error("a score is no number");
  return median(times);
}

/** Rows per second of a whole batch: one call to warm up, then the median of at least three. */
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
    if (!(last >= 0 && last <= 1)) throw new Error(`the last score is no probability: ${last}`);
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
