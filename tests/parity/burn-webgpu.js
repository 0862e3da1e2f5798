/**
 * The burn Module in WebAssembly on a graphics device in headless Chromium (SwiftShader without a card):
 * `node burn-webgpu.js FOLDER` makes logits of the records that `export_rows` wrote. The npm package checks these, so the Module
 * starts from cells. `cargo xtask parity` builds the module with burn, which does not ship, and names its folder in
 * `TENURE_BURN`.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "tenure";
import { launch } from "../consumer/chromium.js";
import { serve } from "../consumer/static.js";
import { WEBGPU } from "../gpu/app.js";
import { tables, write, writeMissing } from "./records.js";

/** SwiftShader compiles kernels slowly. */
const PATIENCE = 300_000;
/** A batch of the Module: a column for each row of the table, at once. */
const ROWS = 500;

/** Runs in the page: the Module's logits of all rows, or null without an adapter. A row has a number for each field. */
async function logits({ artifact, rows }) {
  if ((await navigator.gpu?.requestAdapter()) == null) return null;
  const { default: start, Engine } = await import("/tenure_burn.js");
  const module = await (await fetch("/tenure_burn_bg.wasm")).arrayBuffer();
  const { memory } = await start({ module_or_path: module });
  const engine = new Engine(Uint8Array.from(artifact));
  const device = await engine.open_device();
  engine.stage(rows.length);
  const [, , , , , ...columns] = engine.block_pointers();
  columns.forEach((pointer, field) => {
    const category = engine.reading(field) >= 0;
    const column = new (category ? Uint16Array : Float64Array)(memory.buffer, pointer, rows.length);
    rows.forEach((row, index) => {
      column[index] = category && Number.isNaN(row[field]) ? 65_535 : row[field];
    });
  });
  if (engine.stage_block(rows.length) > 0) throw new Error("a checked row has an error");
  return Array.from(await device.score_with_burn(engine));
}

/** The cells of a record, or undefined if it breaks a rule. */
function cells(scorer, record) {
  try {
    return Array.from(scorer.row(record));
  } catch (error) {
    if (error.code === "record_invalid") return undefined;
    throw error;
  }
}

const folder = process.argv[2];
const site = mkdtempSync(join(tmpdir(), "tenure-parity-"));
cpSync(process.env["TENURE_BURN"], site, { recursive: true });
writeFileSync(join(site, "index.html"), '<!doctype html><html lang="en"><title>parity</title>');
const server = await serve(site);
const browser = await launch(WEBGPU);
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(server.origin);
  for (const table of tables(folder)) {
    const bytes = readFileSync(table.artifact);
    const scorer = await load(bytes);
    const rows = table.records.map((record) => cells(scorer, record));
    const checked = rows.filter((row) => row !== undefined);
    const found = [];
    for (let first = 0; first < checked.length; first += ROWS) {
      const part = await page.evaluate(logits, { artifact: [...bytes], rows: checked.slice(first, first + ROWS) });
      if (part === null) break;
      found.push(...part);
    }
    if (found.length === 0) {
      writeMissing(folder, "burn-webgpu", "Chromium has no adapter");
      break;
    }
    write(
      folder,
      "burn-webgpu",
      table,
      rows.map((row) => (row === undefined ? Number.NaN : found.shift())),
    );
  }
} finally {
  await browser.close();
  server.close();
  rmSync(site, { recursive: true });
}
