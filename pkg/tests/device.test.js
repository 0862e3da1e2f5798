/** The choice of a device in Node, which has no WebGPU. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "tenure";
import { gpu } from "tenure/gpu";
import { breakEven } from "../dist/webgpu.js";
import { artifactPath, sampleRecords } from "./artifact.js";

for (const device of ["webgpu", "auto"]) {
  test(`device ${device} without WebGPU: the CPU scores, and the result says why`, async () => {
    const scorer = await load(artifactPath(), { device, gpu });
    const records = sampleRecords(scorer.schema, 20);
    const { device: worked, reason, ...scores } = await scorer.scoreManyAsync(records);
    assert.deepEqual([worked, reason.code], ["cpu", "adapter_missing"]);
    assert.deepEqual(scores, scorer.scoreMany(records));
    assert.equal((await scorer.device()).device, "cpu");
  });
}

test("no device asked for: the same result, and the reason", async () => {
  const scorer = await load(artifactPath());
  const records = sampleRecords(scorer.schema, 20);
  const { device, reason, ...scores } = await scorer.scoreManyAsync(records);
  assert.deepEqual([device, reason.code], ["cpu", "not_asked"]);
  assert.deepEqual(scores, scorer.scoreMany(records));
});

test("bad arguments are errors, whatever the device", async () => {
  await assert.rejects(load(artifactPath(), { device: "gpu" }), {
    code: "argument_invalid",
    message: /"cpu", "webgpu" or "auto"/,
  });
  await assert.rejects(load(artifactPath(), { device: "auto" }), {
    code: "argument_invalid",
    message: /needs the option gpu, which tenure\/gpu exports/,
  });
  const scorer = await load(artifactPath(), { device: "webgpu", gpu });
  await assert.rejects(scorer.scoreManyAsync(3), { code: "argument_invalid" });
  await assert.rejects(scorer.scoreManyAsync([], { problemLimit: -1 }), { code: "argument_invalid" });
  await assert.rejects(scorer.scoreManyAsync([], { signal: AbortSignal.abort() }), { code: "aborted" });
  scorer.dispose();
  await assert.rejects(scorer.scoreManyAsync([]), { code: "disposed" });
});

test("the number of rows from which a device is faster", () => {
  // The device takes 10 ms and 1 µs a row, the CPU 2.5 µs a row: with the margin of 0.8, equal at
  // 10,000 rows.
  assert.equal(Math.round(breakEven(0.0025, [1000, 11], [11_000, 21])), 10_000);
  assert.equal(breakEven(0.001, [1000, 11], [11_000, 21]), Infinity);
  // Noise: the larger run was faster.
  assert.equal(Math.round(breakEven(0.001, [1000, 9], [10_000, 8])), 10_000);
});
