/**
 * `node size.js OUT`, for `cargo xtask size`: writes the sizes of what ships in bytes, raw, with
 * gzip 9 and with brotli 11.
 *
 * `scorer` is what a browser loads before it can score: the module, and every script that the
 * package's entry imports. Each file is compressed by itself, as a server sends it. `decide` is the same
 * for `tenure/decide`, in place of the scorer. `gpu` is what
 * it loads in addition for a graphics device. `elements` is the script of the web components without
 * lit, `elements-with-lit` with it, each beside the scorer. `reader` is what the page loads in
 * addition to read a table. `model` is the demo's artifact. `page` is everything
 * in www/dist except the demo and the files for a graphics device.
 */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENTRY = "pkg/dist/index.js";
const MODULE = "pkg/wasm/tenure_bg.wasm";
const DECIDE_ENTRY = "pkg/dist/decide.js";
const DECIDE_MODULE = "pkg/wasm/tenure_decide_bg.wasm";
const GPU = ["pkg/dist/webgpu.js", "pkg/gpu/tenure_gpu.js", "pkg/gpu/tenure_gpu_bg.wasm"];
const READER = ["www/wasm/tenure_table.js", "www/wasm/tenure_table_bg.wasm"];
const MODEL = "target/demo/model.safetensors";
const PAGE = "www/dist";

function sizeOf(file) {
  const bytes = readFileSync(join(ROOT, file));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}

/** A script and its static imports, direct or not, as paths relative to the root. */
function withImports(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(ROOT, file), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  for (const [, module] of text.matchAll(/(?:\bfrom|\bimport)\s*["'](\.[^"']+)["']/g)) {
    withImports(posix.join(posix.dirname(file), module), found);
  }
  return found;
}

function filesUnder(folder) {
  const entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? dirname(entry.path), entry.name));
  return files.map((file) => relative(ROOT, file).replaceAll("\\", "/")).sort();
}

function sum(sizes) {
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const size of sizes) for (const format of Object.keys(total)) total[format] += size[format];
  return total;
}

const sizes = {};
const measure = (files) => sum(files.map((file) => (sizes[file] ??= sizeOf(file))));
const scorer = measure([MODULE, ...withImports(ENTRY)]);
const decide = measure([DECIDE_MODULE, ...withImports(DECIDE_ENTRY)]);
const gpu = measure(GPU);
const elements = measure(["pkg/dist/elements.js"]);
const withLit = measure(["pkg/dist/elements-with-lit.js"]);
const reader = measure(READER);
const model = measure([MODEL]);
// The demo's model and table are data, and a browser never fetches _headers.
const page = measure(
  filesUnder(PAGE).filter(
    (file) => !file.startsWith(`${PAGE}/demo/`) && !file.endsWith("/_headers") && !/\/(webgpu|tenure_gpu)/.test(file),
  ),
);
const [out] = process.argv.slice(2);
writeFileSync(
  out,
  `${JSON.stringify({ ...sizes, scorer, decide, gpu, elements, "elements-with-lit": withLit, reader, model, page }, null, 2)}\n`,
);
