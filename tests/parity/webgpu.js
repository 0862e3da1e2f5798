/**
 * The packed npm package on a graphics device in headless Chromium (SwiftShader without a card): `node webgpu.js FOLDER`
 * makes logits of the records that `export_rows` wrote. Without an adapter it says so in their place.
 */

import { readFileSync } from "node:fs";
import { launch } from "../consumer/chromium.js";
import { serveApp, WEBGPU } from "../gpu/app.js";
import { tables, write, writeMissing } from "./records.js";

/** SwiftShader compiles kernels slowly. */
const PATIENCE = 300_000;

/** Runs in the page. Arrays that cross are plain. */
async function score({ artifact, records }) {
  const { load, gpu } = globalThis.tenure;
  const scorer = await load(Uint8Array.from(artifact), { gpu, device: "webgpu" });
  const { device, reason, logit } = await scorer.scoreManyAsync(records);
  return { device, reason, logit: Array.from(logit) };
}

const [folder] = process.argv.slice(2);
const app = await serveApp();
const browser = await launch(WEBGPU);
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  await page.goto(app.origin);
  await page.waitForFunction(() => globalThis.tenure !== undefined);
  for (const table of tables(folder)) {
    const artifact = [...readFileSync(table.artifact)];
    const { device, reason, logit } = await page.evaluate(score, { artifact, records: table.records });
    if (reason?.code === "adapter_missing") {
      writeMissing(folder, "webgpu", `Chromium: ${reason.message}`);
      break;
    }
    if (device !== "webgpu") throw new Error(`${table.model}: scored on the ${device}: ${reason?.message}`);
    write(folder, "webgpu", table, logit);
  }
} finally {
  await browser.close();
  app.close();
}
