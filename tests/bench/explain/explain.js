/**
 * Measures explanations for `cargo xtask bench explain`: exact ones in Node and Chromium, those of
 * Python's shap and of a JavaScript KernelSHAP, and the errors of sampled ones by number of
 * evaluations. Writes the figures to `--out`.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { readArguments } from "../arguments.js";
import { readDocument, references } from "../artifact.js";
import { serve, sessionOf } from "../chromium.js";
import { readRecords } from "../table.js";
import { limitModule } from "./limit.js";
import { measureExact } from "./session.js";
import { writeSynthetic } from "./synthetic.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const CUSTOMERS = 200;
/** Coalitions of each reference customer, as the peers count evaluations. */
const SIZES = [6, 7, 8, 9, 10, 11, 12].map((power) => 2 ** power);
/** Evaluations of the reference solution for wide networks, over all reference customers. */
const REFERENCE_EVALUATIONS = 2 ** 24;
/**
 * shap's exact explainer enumerates 2^fields coalitions of every reference customer, in gigabytes:
 * one customer is enough.
 */
const EXACT_CUSTOMERS = 1;
const SYNTHETIC_FIELDS = [40, 60];

const given = readArguments(["data", "model", "python", "chromium", "sampled", "customers", "out"]);
/** Customers in the tables of errors. The peers take minutes for more. */
const SAMPLED_CUSTOMERS = Number(given.customers);
/** Load of the machine before the benchmark. */
const LOAD = loadavg()[0];
const folder = mkdtempSync(join(tmpdir(), "tenure-explain-"));
try {
  const results = await measure(given);
  writeFileSync(given.out, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ data, model, python, "second-data": secondData, "second-model": secondModel }) {
  const note = (text) => process.stderr.write(`  ${text}\n`);
  const document = readDocument(model);
  const records = spread(readRecords(data, document.schema), CUSTOMERS);
  const exactPart = {
    records,
    references: references(document),
    multiplyAdds: multiplyAdds(document.card.network.hidden),
  };
  const limit = Buffer.from(await limitModule());
  note("exact, in Node");
  const node = await measureExact({ ...exactPart, model: readFileSync(model), limit });
  note("exact, in Chromium");
  const inChromium = await chromiumSession(exactPart, model, limit);

  const tables = [["telco", model, data]];
  if (secondModel !== undefined) tables.push(["churn5000", secondModel, secondData]);
  const sampled = {};
  let peers;
  for (const [name, path, table] of tables) {
    note(`sampled, ${name}`);
    const { schema } = readDocument(path);
    const some = spread(readRecords(table, schema), SAMPLED_CUSTOMERS);
    const isTimed = name === "telco";
    const { figures, shap } = sampledTable(python, path, some, isTimed);
    sampled[name] = figures;
    if (isTimed) peers = { shap_permutation: shap.permutation_default, shap_exact: shap.exact };
  }
  for (const fields of SYNTHETIC_FIELDS) {
    note(`sampled, ${fields} made-up fields`);
    const path = join(folder, `${fields}.safetensors`);
    const some = writeSynthetic(path, fields, Math.ceil(SAMPLED_CUSTOMERS / 2));
    sampled[fields] = sampledTable(python, path, some, false).figures;
  }
  const { kernel_shap_js: kernelInNode, ...nodeFigures } = node;
  const { kernel_shap_js: kernelInChromium, ...chromiumFigures } = inChromium.results;
  return {
    environment: {
      node: process.version,
      chromium: inChromium.version,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      load: LOAD,
      model: {
        fields: document.schema.fields.length,
        background_rows: references.length,
        hidden: document.card.network.hidden,
      },
      real_table: given.real === "true",
    },
    node: nodeFigures,
    chromium: chromiumFigures,
    multiply_adds_per_s: inChromium.results.multiply_adds_per_s,
    peers: { ...peers, kernel_shap_js: { node: kernelInNode, chromium: kernelInChromium } },
    sampled,
  };
}

/** `count` rows, evenly spaced. */
function spread(rows, count) {
  return Array.from(
    { length: Math.min(count, rows.length) },
    (_, index) => rows[Math.floor((index * rows.length) / count)],
  );
}

/** Multiply-adds of one evaluation of the hidden part, without the first layer, which only adds. */
function multiplyAdds(hidden) {
  const sizes = [...hidden, 1];
  return sizes.slice(1).reduce((sum, size, index) => sum + sizes[index] * size, 0);
}

async function chromiumSession(exactPart, model, limit) {
  const pages = join(folder, "pages");
  const inputs = join(folder, "inputs");
  for (const name of [pages, inputs]) mkdirSync(name);
  const options = {
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    logLevel: "error",
    conditions: ["browser"],
  };
  await build({ ...options, entryPoints: [join(HERE, "page.js")], outdir: pages });
  writeFileSync(
    join(pages, "index.html"),
    '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>',
  );
  copyFileSync(model, join(inputs, "model.safetensors"));
  copyFileSync(fileURLToPath(import.meta.resolve("tenure/wasm/tenure_bg.wasm")), join(inputs, "tenure_bg.wasm"));
  writeFileSync(join(inputs, "limit.wasm"), limit);
  writeFileSync(join(inputs, "given.json"), JSON.stringify(exactPart));
  const server = await serve(pages, inputs);
  const browser = await chromium.launch({ executablePath: given.chromium, headless: true, args: ["--no-sandbox"] });
  try {
    const results = await sessionOf(browser, `http://127.0.0.1:${server.address().port}/`, "explain");
    return { version: browser.version(), results };
  } finally {
    await browser.close();
    server.close();
  }
}

/**
 * The errors of one model, of ours natively and of shap in Python: the same customers, the same
 * reference.
 */
function sampledTable(python, model, records, isTimed) {
  const [evaluations, timed, exact] = [
    REFERENCE_EVALUATIONS,
    isTimed ? SAMPLED_CUSTOMERS : 0,
    isTimed ? EXACT_CUSTOMERS : 0,
  ];
  const { shares, sizes, ...about } = run(given.sampled, [], {
    model,
    records,
    sizes: SIZES,
    reference_evaluations: evaluations,
  });
  const shap = run(python, [join(HERE, "peers.py")], { model, records, shares, sizes: SIZES, timed, exact });
  const bySize = SIZES.map((size) => {
    const { kernel, permutation } = shap.sizes[size];
    const [k, p] = [kernel, permutation].map(({ mean_absolute_error: error }) => error ?? null);
    return [size, { ...sizes[size], kernel: k, permutation: p }];
  });
  return { figures: { ...about, shap: shap.shap, ...Object.fromEntries(bySize) }, shap };
}

/**
 * Runs a program on a job and returns what it prints. Libraries use one thread; a program may start
 * processes.
 */
function run(program, before, job) {
  const path = join(folder, "job.json");
  writeFileSync(path, JSON.stringify(job));
  const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", NUMBA_NUM_THREADS: "1" };
  const stdio = ["ignore", "pipe", "inherit"];
  return JSON.parse(execFileSync(program, [...before, path], { encoding: "utf8", env, stdio, maxBuffer: 1 << 28 }));
}
