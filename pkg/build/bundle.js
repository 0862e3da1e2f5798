/**
 * One file per entry in `dist`, so that a page fetches one script before it can score, and beside it only the types that an
 * entry names.
 *
 * What two entries share must exist once, the started module and the class of the errors: an entry that needs them imports
 * another entry, which stays an import, or `tenure`, which is the entry of whatever runtime it is.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(PACKAGE, "dist");
/** `src/NAME.ts` → `dist/NAME.js`: the package itself, for each kind of runtime. */
const EDGE = ["workerd", "edge-light"];
const PLATFORMS = ["index", "node", ...EDGE];
/** What is fetched only by those who ask for it; it takes what it shares from the package. */
const BESIDE = ["edge", "pool", "pool-node", "worker", "worker-node", "webgpu", "blocks"];
/** Edge runtimes are told the modules of a worker one by one, so there this one is a part of the package's file. */
const WITHIN_EDGE = "blocks";
const ENTRIES = [...PLATFORMS, ...BESIDE];
/** What pages and edge runtimes download. Node prints the line that threw, so what runs there keeps its lines. */
const isDownloaded = (name) => !name.includes("node") && name !== "edge";

const LANGUAGES = ["english", "german"];

/** Leaves imports of other entries as they are. */
const entriesStayImports = (entry) => ({
  name: "entries-stay-imports",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/.*\.js$/ }, ({ path, kind }) => {
      const name = basename(path, ".js");
      const within = EDGE.includes(entry) && name === WITHIN_EDGE;
      return kind !== "entry-point" && ENTRIES.includes(name) && !within ? { path, external: true } : undefined;
    });
  },
});

/** Entries take the class of the errors from the package: one module says so, which leaves one import in each entry. */
const errorsAreShared = {
  name: "errors-are-shared",
  setup({ onLoad }) {
    onLoad({ filter: /\/tenure-error\.ts$/ }, () => ({
      contents: 'export { TenureError } from "tenure";',
      resolveDir: PACKAGE,
    }));
  },
};

async function bundle(entries, plugins) {
  for (const name of entries) {
    await build({
      entryPoints: [join(PACKAGE, "src", `${name}.ts`)],
      outdir: DIST,
      bundle: true,
      format: "esm",
      // Below what package.json and the README ask of a runtime, so nothing is rewritten.
      target: "es2022",
      minify: isDownloaded(name),
      sourcemap: true,
      external: ["tenure", "node:*", "*.wasm", "*.wasm?module"],
      plugins: [entriesStayImports(name), ...plugins],
      logLevel: "warning",
    });
  }
}

await bundle(PLATFORMS, []);
await bundle(BESIDE, [errorsAreShared]);

// Tables of messages: the core's own files, each an entry, so that a language is downloaded only where it is imported.
for (const name of LANGUAGES) {
  const table = JSON.parse(readFileSync(join(PACKAGE, `../src/sentence/${name}.json`), "utf8"));
  writeFileSync(join(DIST, `${name}.js`), `export const ${name} = ${JSON.stringify(table)};\n`);
  const declaration = `import type { Messages } from "./locale.js";\nexport declare const ${name}: Messages;\n`;
  writeFileSync(join(DIST, `${name}.d.ts`), declaration);
}

/** The declarations that an entry names, and those that these name. */
function reached(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, module] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?"(\.\/[^"]+)\.js"/g)) {
    reached(resolve(dirname(file), `${module}.d.ts`), found);
  }
  return found;
}

const public_ = new Set([...ENTRIES, ...LANGUAGES].flatMap((name) => [...reached(join(DIST, `${name}.d.ts`))]));
for (const name of readdirSync(DIST)) {
  if (name.endsWith(".d.ts") && !public_.has(join(DIST, name))) rmSync(join(DIST, name));
}
