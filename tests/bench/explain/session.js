/**
 * Measures exact explanations of many customers in one process or page, on one thread, and for
 * comparison the limit of the machine and a JavaScript KernelSHAP. Runs in Node and in a browser.
 */

import { load } from "tenure";
import { kernelShap, samplesOf } from "./kernel-shap.js";

/** Customers that the slow peer explains. */
const PEER_CUSTOMERS = 20;
/** Measurements of the machine's limit, of which the best counts. */
const LIMIT_RUNS = 5;

/**
 * Measures everything. `given` has the addresses of `model`, `wasm` (undefined in Node) and
 * `limit`, the records, the reference customers as records, and the number of multiply-adds of an
 * evaluation.
 */
export async function measureExact({ model, wasm, limit, records, references, multiplyAdds }) {
  const scorer = await load(model, wasm === undefined ? {} : { wasm });
  const warm = records.slice(0, 5);
  warm.forEach((record) => scorer.explain(record));
  const times = [];
  let evaluations = 0;
  let inexact = 0;
  const exact = [];
  for (const record of records) {
    const begin = performance.now();
    const explanation = scorer.explain(record);
    times.push(performance.now() - begin);
    evaluations += explanation.evaluations;
    inexact += explanation.exact ? 0 : 1;
    exact.push(byField(explanation));
  }
  if (inexact > 0) throw new Error(`${inexact} of ${records.length} explanations are not exact`);
  const total = times.reduce((sum, time) => sum + time, 0);
  const multiply_adds_per_s = (evaluations * multiplyAdds) / (total / 1000);
  const simd128_limit_multiply_adds_per_s = await machineLimit(limit);
  return {
    customers: records.length,
    exact_p50_ms: quantile(times, 0.5),
    exact_p90_ms: quantile(times, 0.9),
    evaluations_mean: evaluations / records.length,
    evaluations_per_s: evaluations / (total / 1000),
    multiply_adds_per_evaluation: multiplyAdds,
    multiply_adds_per_s,
    simd128_limit_multiply_adds_per_s,
    share_of_limit: multiply_adds_per_s / simd128_limit_multiply_adds_per_s,
    kernel_shap_js: measureKernelShap(scorer, references, records.slice(0, PEER_CUSTOMERS), exact),
  };
}

/**
 * KernelSHAP as in WebSHAP. It calls the model by `scoreMany`, the fastest way in JavaScript that
 * we know.
 */
function measureKernelShap(scorer, references, records, exact) {
  const rows = references.map((reference) => scorer.row(reference));
  const times = [];
  const errors = [];
  records.forEach((record, index) => {
    const begin = performance.now();
    const shares = kernelShap(scorer, rows, record, samplesOf(scorer.schema.fields.length), index);
    times.push(performance.now() - begin);
    scorer.schema.fields.forEach(({ name }, field) => errors.push(Math.abs(shares[field] - exact[index][name])));
  });
  const samples = samplesOf(scorer.schema.fields.length);
  return { customers: records.length, samples, p50_ms: quantile(times, 0.5), mean_absolute_error: mean(errors) };
}

/** f32 multiply-adds per second of the kernel in `limit.js`. */
async function machineLimit(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes);
  const { run, multiply_adds } = instance.exports;
  const rounds = 2_000_000;
  run(rounds, 0.5);
  let best = 0;
  for (let index = 0; index < LIMIT_RUNS; index++) {
    const begin = performance.now();
    run(rounds, 0.5);
    best = Math.max(best, (rounds * multiply_adds.value) / ((performance.now() - begin) / 1000));
  }
  return best;
}

const byField = ({ contributions }) =>
  Object.fromEntries(contributions.map(({ field, contribution }) => [field, contribution]));

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
