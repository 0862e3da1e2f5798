/**
 * The burn Module in WebAssembly on a graphics device (SwiftShader in headless Chromium), against
 * the packed network on the CPU and the kernels on the same device. `cargo xtask parity` builds the
 * module with burn, which does not ship, and names its folder in `TENURE_BURN`.
 */

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { load } from "tenure";
import { artifactPath, sampleRecords } from "../../pkg/tests/artifact.js";
import { launch } from "../consumer/chromium.js";
import { serve } from "../consumer/static.js";

const TOLERANCE = 1e-4;
/** SwiftShader compiles kernels slowly. */
const PATIENCE = 300_000;
const ROWS = 100;

let folder;
let server;
let browser;

before(async () => {
  assert.ok(process.env.TENURE_BURN, "run `cargo xtask parity`, which builds the module with burn");
  folder = mkdtempSync(join(tmpdir(), "tenure-parity-"));
  cpSync(process.env.TENURE_BURN, folder, { recursive: true });
  cpSync(artifactPath(), join(folder, "model.safetensors"));
  writeFileSync(join(folder, "index.html"), '<!doctype html><html lang="en"><title>parity</title>');
  server = await serve(folder);
  browser = await launch(["--enable-unsafe-webgpu"]);
});
after(async () => {
  await browser?.close();
  server?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** The logits of all rows: packed network, kernel, burn Module. A row has a number for each field. */
async function logits(rows) {
  const { default: start, Engine } = await import("/tenure_burn.js");
  const bytes = async (path) => (await fetch(path)).arrayBuffer();
  const { memory } = await start({ module_or_path: await bytes("/tenure_burn_bg.wasm") });
  const engine = new Engine(new Uint8Array(await bytes("/model.safetensors")));
  const fill = () => {
    const [, , logit, , , ...columns] = engine.block_pointers();
    columns.forEach((pointer, field) => {
      const category = engine.reading(field) >= 0;
      const column = new (category ? Uint16Array : Float64Array)(memory.buffer, pointer, rows.length);
      rows.forEach((row, index) => {
        const missing = row[field] === null;
        column[index] = missing ? (category ? 65_535 : Number.NaN) : row[field];
      });
    });
    return logit;
  };
  const pointer = fill();
  const errors = engine.score_block(rows.length);
  const packed = [...new Float32Array(memory.buffer, pointer, rows.length)];
  const device = await engine.open_device();
  const scored = {};
  for (const name of ["score", "score_with_burn"]) {
    engine.stage(rows.length);
    fill();
    engine.stage_block(rows.length);
    scored[name] = [...(await device[name](engine))];
  }
  return { errors, packed, kernel: scored.score, burn: scored.score_with_burn };
}

test("the burn Module, the kernel and the packed network have the same logits", async () => {
  const scorer = await load(artifactPath());
  const records = sampleRecords(scorer.schema, ROWS);
  // JSON, which crosses to the page, has no NaN.
  const rows = records.map((record) => Array.from(scorer.row(record), (cell) => (Number.isNaN(cell) ? null : cell)));
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(server.origin);
  const found = await page.evaluate(logits, rows);
  assert.equal(found.errors, 0);
  const expected = scorer.scoreMany(records).logit;
  const distinct = new Set(expected).size;
  assert.ok(distinct > 10, `the customers have ${distinct} logits`);
  for (const [name, logits] of Object.entries({ packed: found.packed, kernel: found.kernel, burn: found.burn })) {
    assert.equal(logits.length, ROWS, name);
    const largest = Math.max(...logits.map((logit, row) => Math.abs(logit - expected[row])));
    console.log(`${name}: differs by at most ${largest.toExponential(1)} from the npm package`);
    assert.ok(largest <= (name === "packed" ? 0 : TOLERANCE), `${name}: ${largest}`);
  }
});
