/**
 * Bundles each entry into one file of `dist`, so that a page fetches one script before it can
 * score, and removes type declarations that no entry needs.
 *
 * A program starts the WebAssembly module once for each entry that has `load`. The class of the
 * errors can exist several times, because `instanceof` asks for the name (`src/tenure-error.ts`).
 *
 * There are no source maps: the sources do not ship, and a map without them only makes warnings.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const PACKAGE = fileURLToPath(new URL("../", import.meta.url));
const DIST = join(PACKAGE, "dist");
/** The package itself, for each kind of runtime: `src/NAME.ts` becomes `dist/NAME.js`. */
const EDGE = ["workerd", "edge-light", "decide-workerd", "decide-edge-light"];
const PLATFORMS = ["index", "node", "slim", "decide", "decide-node", ...EDGE];
/** Entries that are loaded only when they are used. */
const BESIDE = [
  "command-node",
  "decide-pool",
  "decide-pool-node",
  "decide-worker-node",
  "edge",
  "gpu",
  "pool",
  "pool-node",
  "stream",
  "testing",
  "worker-node",
  "webgpu",
  "blocks",
  "digest",
  "signature",
];
/** Entries that import nothing, so that a copy of them works anywhere. */
const WHOLE = ["inline", "decide-inline", "worker", "decide-worker"];
/**
 * In edge runtimes these entries are a part of the package's file: each module there must be listed.
 */
const WITHIN_EDGE = ["blocks", "digest", "signature"];
/** What a handler of `edge` can have beside it. */
const AROUND_EDGE = ["access", "inference", "jwt", "node", "openapi", "rollout"].map((name) => `edge/${name}`);
/** The elements, which import `lit`, and the same with `lit` inside. */
const ELEMENTS = ["elements", "elements-with-lit"];
const ENTRIES = [...PLATFORMS, ...BESIDE, ...WHOLE, ...AROUND_EDGE, ...ELEMENTS];
/** Minify what is downloaded, but not what runs in servers, which print the line that threw. */
const isDownloaded = (name) => !name.includes("node") && name !== "edge" && !name.startsWith("edge/");

const LANGUAGES = ["english", "german"];

/** Whether an entry has another one inside. */
const isWithin = (name, entry) =>
  WHOLE.includes(entry) ||
  (EDGE.includes(entry) && WITHIN_EDGE.includes(name)) ||
  (entry === "elements-with-lit" && name === "elements");

/** Keeps imports of other entries as imports. The entries that have such imports lie directly in `dist`. */
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

/** Puts a file inside, as text in base64. */
const base64 = {
  name: "base64",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?base64$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, path.indexOf("?"))),
      namespace: "base64",
    }));
    onLoad({ filter: /./, namespace: "base64" }, ({ path }) => ({
      contents: readFileSync(path).toString("base64"),
      loader: "text",
    }));
  },
};

/**
 * wasm-bindgen compiles whatever is not a `WebAssembly.Module` of its own realm. Servers such as
 * Next.js run programs in a realm of their own and compile the module in another. `src/instance.ts`
 * hands over a module in any case, so the check is left out.
 */
const REALM_CHECK =
  /if \(!\(module instanceof WebAssembly\.Module\)\) \{\s*module = new WebAssembly\.Module\(module\);\s*\}/;
const anyRealm = {
  name: "any-realm",
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]wasm[/\\]tenure(_decide)?\.js$/ }, ({ path }) => ({
      contents: replaced(readFileSync(path, "utf8"), REALM_CHECK, ""),
    }));
  },
};

function replaced(text, pattern, replacement) {
  const found = text.replace(pattern, replacement);
  if (found === text) throw new Error(`${pattern} does not occur: see what replaces it in build/bundle.js`);
  return found;
}

async function bundle(name, options = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(PACKAGE, "src", `${name}.ts`)],
    outdir: DIST,
    write: false,
    bundle: true,
    format: "esm",
    // All runtimes that the package supports have more, so esbuild rewrites nothing.
    target: "es2022",
    minify: isDownloaded(name),
    external: ["tenure", "jose", "node:*", "*.wasm", "*.wasm?module", ...(name === "elements" ? ["lit", "lit/*"] : [])],
    plugins: [entriesStayImports(name), base64, anyRealm],
    logLevel: "warning",
    ...options,
  });
  return outputFiles[0].text;
}

/** An import of an address that only the running program knows. */
const IMPORT_OF_ADDRESS = /\bimport\((\w+)\)/g;
/** Tells bundlers to leave such an import alone. esbuild drops comments when it minifies. */
const ignored = (text) => text.replace(IMPORT_OF_ADDRESS, "import(/* @vite-ignore *//* webpackIgnore: true */$1)");
const write = (name, text) => writeFileSync(join(DIST, `${name}.js`), text);

for (const name of ENTRIES) write(name, ignored(await bundle(name)));

// `import source` gives the module that edge runtimes import. TypeScript does not know these words.
write(
  "source",
  replaced(
    readFileSync(join(DIST, "workerd.js"), "utf8"),
    /\bimport ([\w$]+) ?from ?(?="\.\.\/wasm\/)/,
    "import source $1 from",
  ),
);

// Classic scripts, for `require` where it takes no ES modules (Jest), and for places that evaluate
// scripts, where the package is the global `tenure`. Some refuse every text that looks like an
// import, so there is no graphics device.
const CLASSIC = join(DIST, "classic");
mkdirSync(CLASSIC);
writeFileSync(join(CLASSIC, "package.json"), '{ "type": "commonjs" }\n');
const SCRIPTS = { tenure: "inline", decide: "decide-inline" };
for (const [name, entry] of Object.entries(SCRIPTS)) {
  const script = replaced(
    await bundle(entry, { format: "iife", globalName: "tenure" }),
    /var tenure=(.*);\s*$/s,
    "const tenure=$1;",
  );
  write(
    `classic/${name}`,
    `{${script.replace(IMPORT_OF_ADDRESS, 'Promise.reject(Error("tenure/classic has no graphics device"))')}
if (typeof module === "object") module.exports = tenure; else globalThis.tenure = tenure;}
0 && (module.exports = { ${Object.keys(await import(pathToFileURL(join(DIST, `${entry}.js`)))).join(", ")} });
`,
  );
}
for (const name of ["edge", "testing"]) write(`classic/${name}`, await bundle(name, { format: "cjs" }));

// The core's tables of messages, each an entry: a language is downloaded only if it is imported.
for (const name of LANGUAGES) {
  const table = readFileSync(join(PACKAGE, `../src/sentence/${name}.json`), "utf8");
  const constant = `const ${name} = ${JSON.stringify(JSON.parse(table))};\n`;
  write(name, `export ${constant}`);
  write(`classic/${name}`, `${constant}exports.${name} = ${name};\n`);
  const declaration = `import type { Messages } from "./locale.js";\nexport declare const ${name}: Messages;\n`;
  writeFileSync(join(DIST, `${name}.d.ts`), declaration);
}

/** A file of declarations, and all files that it imports, directly or not. */
function reached(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, module] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?"(\.{1,2}\/[^"]+)\.js"/g)) {
    const other = resolve(dirname(file), `${module}.d.ts`);
    if (other.startsWith(resolve(DIST) + sep)) reached(other, found);
  }
  return found;
}

const declarations = (names) => new Set(names.flatMap((name) => [...reached(join(DIST, `${name}.d.ts`))]));
const public_ = declarations([...ENTRIES, ...LANGUAGES]);
for (const name of readdirSync(DIST, { recursive: true })) {
  if (name.endsWith(".d.ts") && !public_.has(join(DIST, name))) rmSync(join(DIST, name));
}
// Where TypeScript's libraries do not declare these classes of the platform, or `Symbol.dispose`, this
// file does. Beside a library's declaration it adds nothing.
const CLASSES = ["AbortSignal", "ReadableStream<R = any>", "Request", "Response", "URL", "WritableStream<W = any>"];
const DISPOSE = "interface SymbolConstructor {\n  readonly dispose: unique symbol;\n}\n";
writeFileSync(join(DIST, "globals.d.ts"), CLASSES.map((name) => `interface ${name} {}\n`).join("") + DISPOSE);
const NAMES_A_CLASS = new RegExp(
  `\\b(${CLASSES.map((name) => name.replace(/<.*/, "")).join("|")}|Symbol\\.dispose)\\b`,
);
for (const file of public_) {
  const text = readFileSync(file, "utf8");
  const folder = dirname(file) === resolve(DIST) ? "./" : "../";
  if (NAMES_A_CLASS.test(text)) writeFileSync(file, `/// <reference path="${folder}globals.d.ts" />\n${text}`);
}
// In their folder the same declarations are those of CommonJS.
for (const file of declarations([...Object.values(SCRIPTS), "edge", "testing", ...LANGUAGES])) {
  const copy = join(CLASSIC, relative(DIST, file));
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(file, copy);
}
copyFileSync(join(DIST, "globals.d.ts"), join(CLASSIC, "globals.d.ts"));
writeFileSync(join(CLASSIC, "tenure.d.ts"), 'export * from "./inline.js";\nexport as namespace tenure;\n');
writeFileSync(join(CLASSIC, "decide.d.ts"), 'export * from "./decide-inline.js";\n');
