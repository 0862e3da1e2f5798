/**
 * Whether memory stays flat in long-running programs: millions of scores, batches, loaded models and
 * streamed rows in one process. Run with `node --expose-gc`; `--share 0.1` does a tenth of the work.
 *
 * Each kind of work is done in ten parts. After each part the garbage is collected and the memory is
 * read. The first parts may grow, because engines compile and caches fill; the last seven may not.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { readArguments } from "./arguments.js";

const { model, output, share = "1" } = readArguments(["model"]);
if (typeof globalThis.gc !== "function") throw new Error("run it with node --expose-gc");
const SHARE = Number(share);
if (!(SHARE > 0)) throw new Error(`--share must be a number above 0, not ${share}`);

// The module's memory is not public, so it is taken from the instance that the package makes.
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = new Proxy(Instance, {
  construct(target, parameters) {
    const instance = Reflect.construct(target, parameters);
    memory ??= instance.exports.memory;
    return instance;
  },
});
const { load } = await import("tenure");
const { scoreStream } = await import("tenure/stream");
process.env["TENURE_ARTIFACT"] = model;
const { sampleRecords } = await import("../../pkg/tests/artifact.js");

const PARTS = 10;
/** Parts after which memory may not grow. */
const WARM = 3;
/** Bytes that a flat heap may differ by: what the engine itself keeps of compiled code and feedback. */
const NOISE = 1 << 20;

const bytes = readFileSync(model);
const scorer = await load(bytes);
const records = sampleRecords(scorer.schema, 1000);
const broken = records.map((record, row) =>
  row % 10 === 0 ? { ...record, [scorer.schema.fields[0].name]: {} } : record,
);
const columns = columnsOf(100_000);

/** Typed arrays and dictionaries of the records. */
function columnsOf(rows) {
  const column = (field) => {
    const values = Array.from({ length: rows }, (_, row) => records[row % records.length][field.name]);
    if (field.kind === "number" || field.kind === "date") return Float64Array.from(values);
    const categories = field.categories ?? [field.negative, field.positive];
    return { codes: Uint8Array.from(values, (value) => categories.indexOf(value)), categories };
  };
  return Object.fromEntries(scorer.schema.fields.map((field) => [field.name, column(field)]));
}

/** A stream of `rows` rows of a text, as chunks of 64 KB. */
function chunks(line, rows, header = "") {
  const encoder = new TextEncoder();
  let row = 0;
  return new ReadableStream(
    {
      start: (controller) => header && controller.enqueue(encoder.encode(header)),
      pull(controller) {
        if (row >= rows) return controller.close();
        let text = "";
        while (row < rows && text.length < 65_536) text += `${line(row++)}\n`;
        controller.enqueue(encoder.encode(text));
      },
    },
    { highWaterMark: 0 },
  );
}

async function streamed(rows, source, format) {
  const stream = scoreStream(scorer, { format });
  let done = 0;
  for await (const block of source.pipeThrough(stream)) ({ done } = block);
  if (done !== rows || (await stream.findings).rows !== rows) throw new Error(`${done} of ${rows} rows were scored`);
}

const names = scorer.schema.fields.map(({ name }) => name);
const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
const csvRows = records.map((record) => names.map((name) => cell(record[name])).join(","));
const jsonRows = records.map((record) => JSON.stringify(record));

/** Kinds of work: its name, how much of it is done, and a part of it. */
const WORK = [
  [
    "single scores",
    10_000_000,
    (count) => {
      for (let at = 0; at < count; at++) scorer.score(records[at % records.length]);
    },
  ],
  [
    "refused records",
    200_000,
    (count) => {
      for (let at = 0; at < count; at++) {
        try {
          scorer.score({ ...records[0], [names[0]]: at % 2 === 0 ? {} : undefined });
        } catch (error) {
          if (error.code !== "record_invalid") throw error;
        }
      }
    },
  ],
  [
    "batches of 100,000 rows",
    1000,
    (count) => {
      for (let at = 0; at < count; at++)
        if (scorer.scoreMany(columns).errorCount > 0) throw new Error("rows have errors");
    },
  ],
  [
    "batches of 1,000 records with errors",
    1000,
    (count) => {
      for (let at = 0; at < count; at++) if (scorer.scoreMany(broken).errorCount !== 100) throw new Error("no errors");
    },
  ],
  [
    "models loaded and disposed",
    10_000,
    async (count) => {
      for (let at = 0; at < count; at++) {
        const short = await load(bytes);
        short.score(records[0]);
        short.dispose();
      }
    },
  ],
  [
    "explanations",
    2000,
    (count) => {
      for (let at = 0; at < count; at++) scorer.explain(records[at % records.length], { budget: 2000, seed: at });
    },
  ],
  [
    "streamed rows of CSV",
    5_000_000,
    (rows) =>
      streamed(
        rows,
        chunks((row) => csvRows[row % 1000], rows, `${names.join()}\n`),
        "csv",
      ),
  ],
  [
    "streamed lines of JSON",
    5_000_000,
    (rows) =>
      streamed(
        rows,
        chunks((row) => jsonRows[row % 1000], rows),
        "ndjson",
      ),
  ],
];

/** Collects the garbage, also what finalizers free, and reads the memory. */
async function settled() {
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { wasm: memory.buffer.byteLength, heap: heapUsed, buffers: arrayBuffers, rss };
}

/** Bytes between the last warm part and the last part. */
const growth = (samples, key) => samples.at(-1)[key] - samples[WARM - 1][key];
const megabytes = (count) => (count / 1e6).toFixed(1);

const results = [];
for (const [name, whole, part] of WORK) {
  const count = Math.max(1, Math.ceil((whole * SHARE) / PARTS));
  const samples = [];
  const begin = performance.now();
  for (let at = 0; at < PARTS; at++) {
    await part(count);
    samples.push(await settled());
  }
  const seconds = (performance.now() - begin) / 1000;
  const grown = { wasm: growth(samples, "wasm"), heap: growth(samples, "heap"), buffers: growth(samples, "buffers") };
  const isFlat = grown.wasm <= 0 && grown.heap <= NOISE && grown.buffers <= NOISE;
  results.push({ name, count: count * PARTS, seconds, isFlat, grown, samples });
  const last = samples.at(-1);
  const change = (key) =>
    `${megabytes(last[key]).padStart(6)} MB (${grown[key] >= 0 ? "+" : ""}${megabytes(grown[key])})`;
  console.log(
    `${isFlat ? "flat " : "GROWS"} ${name.padEnd(37)} ${(count * PARTS).toLocaleString("en").padStart(10)} in ${seconds.toFixed(0).padStart(4)} s` +
      `  wasm ${change("wasm")}  heap ${change("heap")}  buffers ${change("buffers")}  process ${megabytes(last.rss)} MB`,
  );
}
if (output !== undefined) writeFileSync(output, `${JSON.stringify({ share: SHARE, results }, undefined, 2)}\n`);
process.exitCode = results.every(({ isFlat }) => isFlat) ? 0 : 1;
