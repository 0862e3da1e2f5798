/**
 * Measures every engine in Node and Chromium for `cargo xtask bench runtime`. Each session has a
 * fresh process or page. Writes the medians over the repetitions to `--out`. Cold starts have
 * sessions of their own, several in a repetition and with the engines in turn, because a single one
 * depends on what the machine did just before.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.js";
import { equivalentNetwork, readDocument } from "./artifact.js";
import { openChromium } from "./chromium.js";
import { longTable, nativeColumns, nativeScore } from "./native.js";
import { makeWeights, packWeights } from "./network.js";
import { onnxModel } from "./onnx.js";
import { median } from "./session.js";
import { readRecords } from "./table.js";

const ENGINES = ["tenure", "onnxruntime_web", "tfjs_wasm", "plain_js"];
const PEERS = ["onnxruntime-web", "onnxruntime-node", "@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"];
const RECORDS = 2000;
/** Cold starts of each engine in one repetition. */
const COLD_STARTS = 7;
/** Load of the machine before the benchmark. */
const LOAD = loadavg()[0];
const HERE = fileURLToPath(new URL(".", import.meta.url));

const given = readArguments(["data", "model", "tenure", "columns", "chromium", "repetitions", "out"]);
const folder = mkdtempSync(join(tmpdir(), "tenure-bench-"));
try {
  const results = await run(given, folder);
  writeFileSync(given.out, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run({ data, model, tenure, columns, chromium: executablePath, repetitions }, folder) {
  const { inputs, network } = prepare(data, model, folder);
  const pages = join(folder, "pages");
  mkdirSync(pages);
  const browser = await openChromium({ executablePath, folder: pages, inputs });
  const table = longTable(data, folder);
  const figures = { node: {}, chromium: {}, native: {} };
  let expected;
  const keep = (runtime, engine, { first, ...session }) => {
    // All peers must compute the same network.
    if (engine !== "tenure") {
      expected ??= first;
      if (Math.abs(first - expected) > 1e-5) {
        throw new Error(`${engine} scores the first row ${first}, another peer ${expected}`);
      }
    }
    figures[runtime][engine] ??= {};
    const kept = figures[runtime][engine];
    for (const [key, value] of Object.entries(session)) {
      kept[key] ??= [];
      kept[key].push(value);
    }
  };
  try {
    for (let repetition = 0; repetition < Number(repetitions); repetition++) {
      process.stderr.write(`  repetition ${repetition + 1} of ${repetitions}\n`);
      // Each repetition begins with another engine, so that no engine always runs first or last.
      for (let turn = 0; turn < ENGINES.length; turn++) {
        const engine = ENGINES[(repetition + turn) % ENGINES.length];
        keep("node", engine, nodeSession(engine, inputs, "warm"));
        keep("chromium", engine, await browser.session(engine));
      }
      for (let start = 0; start < COLD_STARTS * ENGINES.length; start++) {
        // Each round begins one engine later, so that every engine follows every other.
        const engine = ENGINES[(start + Math.floor(start / ENGINES.length)) % ENGINES.length];
        keep("node", engine, nodeSession(engine, inputs, "cold"));
        keep("chromium", engine, await browser.cold(engine));
      }
      keep("native", "tenure", nativeScore({ tenure, model, table, folder }));
      keep("native", "tenure_columns", nativeColumns({ columns, model }));
      keep("native", "onnxruntime_node", nativeFigures(nodeSession("onnxruntime_node", inputs, "warm")));
      keep("native", "onnxruntime_node", nodeSession("onnxruntime_node", inputs, "cold"));
    }
    return { environment: environment(browser.version, network, repetitions), ...medians(figures) };
  } finally {
    await browser.close();
  }
}

/**
 * Writes the files of the sessions: model, records, and the equivalent network in the peers'
 * formats.
 */
function prepare(data, model, folder) {
  const inputs = join(folder, "inputs");
  mkdirSync(inputs);
  const document = readDocument(model);
  const network = equivalentNetwork(document);
  const weights = makeWeights(network);
  const records = readRecords(data, document.schema).slice(0, RECORDS);
  copyFileSync(model, join(inputs, "model.safetensors"));
  writeFileSync(join(inputs, "network.onnx"), onnxModel(network, weights));
  writeFileSync(join(inputs, "weights.bin"), packWeights(weights));
  writeFileSync(join(inputs, "inputs.json"), JSON.stringify({ network, records }));
  return { inputs, network };
}

function nodeSession(engine, inputs, part) {
  const output = execFileSync(
    process.execPath,
    [join(HERE, "node-session.js"), "--engine", engine, "--inputs", inputs, "--part", part],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  return JSON.parse(output.trimEnd().split("\n").at(-1));
}

/** The figures of a native session: the better of one call and of blocks. */
function nativeFigures({ first, batch_100k_rows_per_s: whole, batch_100k_in_blocks_rows_per_s: blocks, row_p50_us }) {
  return { first, rows_per_s: Math.max(whole, blocks), row_p50_us };
}

function medians(figures) {
  const each = (object, change) =>
    Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
  return each(figures, (engines) => each(engines, (keys) => each(keys, median)));
}

function environment(chromium, network, repetitions) {
  const version = (name) => JSON.parse(readFileSync(join(HERE, "node_modules", name, "package.json"), "utf8")).version;
  return {
    node: process.version,
    chromium,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    load: LOAD,
    repetitions: Number(repetitions),
    cold_starts: Number(repetitions) * COLD_STARTS,
    network: { dense_inputs: network.width, hidden: network.hidden, direct: true },
    peers: Object.fromEntries(PEERS.map((name) => [name, version(name)])),
  };
}
