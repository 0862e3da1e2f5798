/**
 * Clients that others wrote: schemathesis asks what the description of the routes promises, and Triton's
 * client speaks the Open Inference Protocol. `TENURE_PYTHON` is a Python with the packages of requirements.txt.
 */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { openInference } from "tenure/edge/inference";
import { serve } from "tenure/edge/node";
import { openApi } from "tenure/edge/openapi";
import { artifactPath, sampleRecords } from "../../pkg/tests/artifact.js";

const python = process.env["TENURE_PYTHON"];
const skip = python ? false : "TENURE_PYTHON is not set: `cargo xtask test --only edge` sets it where pip can install";
const HERE = fileURLToPath(new URL(".", import.meta.url));

const scorer = await load(artifactPath());
const folder = mkdtempSync(join(tmpdir(), "tenure-clients-"));
const causes = [];
const running = await serve(
  createHandler({
    scorer,
    routes: [...openApi(), ...openInference()],
    onEvent: (event) => event.cause !== undefined && causes.push(event.cause),
  }),
  { port: 0 },
);
after(async () => {
  await running.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs Python in a folder of its own, because schemathesis keeps what it found. */
function run(input, ...parameters) {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: 2 ** 26 };
    const child = execFile(python, parameters, options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, output: stdout + stderr });
    });
    child.stdin.end(input);
  });
}

test("schemathesis finds no failure", { skip }, async () => {
  const { code, output } = await run(
    "",
    ...["-m", "schemathesis.cli", "--config-file", join(HERE, "schemathesis.toml"), "run"],
    ...[`${running.origin}/openapi.json`, "--seed", "1", "--max-examples", "50"],
  );
  const lines = output.split("\n").map((line) => line.slice(0, 300));
  assert.equal(code, 0, lines.join("\n"));
  // All but the description itself.
  assert.match(output, /Operations: +9 selected \/ 9 total/);
  assert.match(output, /Tested: 9/);
  assert.deepEqual(causes, []);
});

test("Triton's client scores and explains", { skip }, async () => {
  const { card, schema, policy } = scorer;
  const records = sampleRecords(schema, 4);
  const isNumber = ({ kind }) => kind === "number" || kind === "date";
  const inputs = schema.fields.map((field) => ({
    name: field.name,
    datatype: isNumber(field) ? "FP64" : "BYTES",
    data: records.map((record) => record[field.name]),
  }));
  const version = (await scorer.model()).sha256.slice(0, 12);
  const address = new URL(running.origin).host;
  const model = card.name;
  const { code, output } = await run(JSON.stringify({ address, model, version, inputs }), join(HERE, "infer.py"));
  assert.equal(code, 0, output);
  const answer = JSON.parse(output);
  const expected = scorer.scoreMany(records);
  assert.deepEqual(answer.probability.map(Math.fround), [...expected.probability]);
  assert.deepEqual(
    answer.tier,
    Array.from(expected.tier, (tier) => policy.tiers[tier].name),
  );
  assert.deepEqual(
    answer.contributions.map((row) => row.length),
    records.map(() => schema.fields.length),
  );
  assert.deepEqual([answer.live, answer.ready, answer.metadata.versions], [true, true, [version]]);
  assert.match(answer.refused, /there is no model other/);
});
