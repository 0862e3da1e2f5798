/**
 * Sessions in headless Chromium: engines bundled by esbuild, served from this machine, each in a
 * fresh browser context.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** The wasm files that each engine fetches. */
const VENDOR = {
  tenure: { folder: "../../pkg/wasm", pattern: /_bg\.wasm$/ },
  onnxruntime_web: { folder: "node_modules/onnxruntime-web/dist", pattern: /^ort-wasm-simd-threaded\.(wasm|mjs)$/ },
  tfjs_wasm: { folder: "node_modules/@tensorflow/tfjs-backend-wasm/dist", pattern: /\.wasm$/ },
  plain_js: undefined,
};

/** Bundles the engines and the page into `folder`. */
async function bundle(folder) {
  const options = {
    bundle: true,
    format: "esm",
    minify: true,
    target: "es2022",
    absWorkingDir: HERE,
    logLevel: "error",
  };
  // The build for wasm alone is the smallest that onnxruntime-web has.
  const alias = { "onnxruntime-web": "onnxruntime-web/wasm" };
  const entryPoints = Object.keys(VENDOR).map((engine) => `engines/${engine}.js`);
  await build({ ...options, alias, entryPoints, outdir: join(folder, "engines"), conditions: ["browser"] });
  await build({ ...options, entryPoints: ["page-session.js"], outdir: folder });
  writeFileSync(
    join(folder, "index.html"),
    '<!doctype html><meta charset="utf-8"><script type="module" src="page-session.js"></script>',
  );
  for (const [engine, vendor] of Object.entries(VENDOR)) {
    if (vendor === undefined) continue;
    const from = join(HERE, vendor.folder);
    mkdirSync(join(folder, "vendor", engine), { recursive: true });
    for (const name of readdirSync(from).filter((name) => vendor.pattern.test(name))) {
      copyFileSync(join(from, name), join(folder, "vendor", engine, name));
    }
  }
}

/** Serves `folder`. The isolation headers give the page a clock with a resolution of 5 µs. */
export function serve(folder, inputs) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = path.startsWith("/inputs/")
      ? join(inputs, path.slice("/inputs/".length))
      : join(folder, path === "/" ? "index.html" : path);
    try {
      const content = readFileSync(file);
      response.writeHead(200, {
        "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Opens a fresh page and returns its `window.session`. */
export async function sessionOf(browser, address, name) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForFunction(() => window.session !== undefined);
    const results = await page.evaluate(() => window.session);
    if (results.error) throw new Error(`${name} in Chromium: ${results.error}`);
    return results;
  } finally {
    await context.close();
  }
}

/**
 * Opens Chromium. `session(engine)` measures one engine in a page of its own, `cold(engine)` only
 * its start. A first page is opened and closed before, because with it the browser starts its
 * network service and its compilers.
 */
export async function openChromium({ executablePath, folder, inputs }) {
  await bundle(folder);
  const server = await serve(folder, inputs);
  const browser = await chromium.launch({ executablePath, headless: true, args: ["--no-sandbox"] });
  const page = `http://127.0.0.1:${server.address().port}/?engine=`;
  const cold = (engine) => sessionOf(browser, `${page}${engine}&cold`, engine);
  await cold("plain_js");
  return {
    version: browser.version(),
    session: (engine) => sessionOf(browser, page + engine, engine),
    cold,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
