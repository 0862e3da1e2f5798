/**
 * Bundles each entry into one file of `dist`, so that a page fetches one script before it can
 * score, and removes type declarations that no entry needs.
 *
 * The started module and the class of the errors must exist once. An entry that needs them imports
 * another entry, or `tenure`, which is the right entry in each runtime. Both stay imports.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(PACKAGE, "dist");
/** The package itself, for each kind of runtime: `src/NAME.ts` becomes `dist/NAME.js`. */
const EDGE = ["workerd", "edge-light"];
const PLATFORMS = ["index", "node", ...EDGE];
/** Entries that are loaded only when they are used. They import the errors from the package. */
const BESIDE = ["edge", "pool", "pool-node", "worker", "worker-node", "webgpu", "blocks"];
/**
 * In edge runtimes this entry is a part of the package's file: each module there must be listed.
 */
const WITHIN_EDGE = "blocks";
/** The elements, which import `lit`, and the same with `lit` inside. */
const ELEMENTS = ["elements", "elements-with-lit"];
const ENTRIES = [...PLATFORMS, ...BESIDE, ...ELEMENTS];
/** Minify what is downloaded, but not what runs in Node, which prints the line that threw. */
const isDownloaded = (name) => !name.includes("node") && name !== "edge";

const LANGUAGES = ["english", "german"];

/** Whether an entry has another one inside. */
const isWithin = (name, entry) =>
  (EDGE.includes(entry) && name === WITHIN_EDGE) || (entry === "elements-with-lit" && name === "elements");

/** Keeps imports of other entries as imports. All entries lie in `dist`. */
const entriesStayImports = (entry) => ({
  name: "entries-stay-imports",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/[a-z-]+\.js$/ }, ({ path, kind, resolveDir }) => {
      const name = basename(path, ".js");
      const isEntry = resolve(resolveDir, path) === join(PACKAGE, "src", `${name}.js`) && isStatic(name);
      return kind !== "entry-point" && isEntry && !isWithin(name, entry)
        ? { path: `./${name}.js`, external: true }
        : undefined;
    });
  },
});
const isStatic = (name) => ENTRIES.includes(name) || LANGUAGES.includes(name);

/** Replaces the module of the errors' class by an import from `tenure`. */
const errorsAreShared = {
  name: "errors-are-shared",
  setup({ onLoad }) {
    onLoad({ filter: /\/tenure-error\.ts$/ }, () => ({
      contents: 'export { TenureError } from "tenure";',
      resolveDir: PACKAGE,
    }));
  },
};

async function bundle(entries, plugins, external = []) {
  for (const name of entries) {
    await build({
      entryPoints: [join(PACKAGE, "src", `${name}.ts`)],
      outdir: DIST,
      bundle: true,
      format: "esm",
      // All runtimes that the package supports have more, so esbuild rewrites nothing.
      target: "es2022",
      minify: isDownloaded(name),
      sourcemap: true,
      external: ["tenure", "node:*", "*.wasm", "*.wasm?module", ...external],
      plugins: [entriesStayImports(name), ...plugins],
      logLevel: "warning",
    });
  }
}

await bundle(PLATFORMS, []);
await bundle(BESIDE, [errorsAreShared]);
await bundle(["elements"], [errorsAreShared], ["lit", "lit/*"]);
await bundle(["elements-with-lit"], [errorsAreShared]);

// The core's tables of messages, each an entry: a language is downloaded only if it is imported.
for (const name of LANGUAGES) {
  const table = JSON.parse(readFileSync(join(PACKAGE, `../src/sentence/${name}.json`), "utf8"));
  writeFileSync(join(DIST, `${name}.js`), `export const ${name} = ${JSON.stringify(table)};\n`);
  const declaration = `import type { Messages } from "./locale.js";\nexport declare const ${name}: Messages;\n`;
  writeFileSync(join(DIST, `${name}.d.ts`), declaration);
}

/** A file of declarations, and all files that it imports, directly or not. */
function reached(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, module] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?"(\.\/[^"]+)\.js"/g)) {
    reached(resolve(dirname(file), `${module}.d.ts`), found);
  }
  return found;
}

const public_ = new Set([...ENTRIES, ...LANGUAGES].flatMap((name) => [...reached(join(DIST, `${name}.d.ts`))]));
for (const name of readdirSync(DIST, { recursive: true })) {
  if (name.endsWith(".d.ts") && !public_.has(join(DIST, name))) rmSync(join(DIST, name));
}
