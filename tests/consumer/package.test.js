/** The tarball as linters see it, what each entry downloads, and the notices of what is inside. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { installedApp, packageTarball } from "./pack.js";

const require = createRequire(new URL("bundlers/package.json", import.meta.url));
const app = installedApp();
after(app.remove);
const tarball = packageTarball(app.folder);
const installed = join(app.folder, "node_modules/tenure");
const { exports } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
const hasGpu = readdirSync(installed).includes("gpu");

/** The findings of publint that stay, each with its reason. */
const PUBLINT = {
  // Parcel reads this key unless its resolver is told to read `exports`.
  USE_EXPORTS_BROWSER: () => true,
  // The module for graphics devices takes minutes to build, so a tarball for tests may lack it.
  EXPORTS_GLOB_NO_MATCHED_FILES: ({ path }) => !hasGpu && path.includes("./gpu/*"),
};

test("publint finds nothing that is not listed with its reason", async () => {
  const { publint } = await import(require.resolve("publint"));
  const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
  const unlisted = messages.filter((message) => PUBLINT[message.code]?.(message) !== true);
  assert.deepEqual(unlisted, []);
});

/** The findings of attw that stay: kind → the entries, and why. */
const TYPES = {
  // For pages and workers, which have no `require`. Node since 20.19 requires ES modules.
  CJSResolvesToESM: [
    "./decide/inline",
    "./decide/pool",
    "./edge/access",
    "./edge/inference",
    "./edge/jwt",
    "./edge/node",
    "./edge/openapi",
    "./edge/rollout",
    "./elements",
    "./elements-with-lit",
    "./gpu",
    "./inline",
    "./pool",
    "./slim",
    "./source",
    "./stream",
    "./worker",
  ],
};

test("attw finds nothing that is not listed with its reason", async () => {
  const { checkPackage, createPackageFromTarballData } = await import(require.resolve("@arethetypeswrong/core"));
  const { problems } = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  // Resolution without `exports`, as before Node 12.7, is left out.
  const listed = ({ entrypoint, resolutionKind, kind }) =>
    resolutionKind === "node10" || TYPES[kind]?.includes(entrypoint);
  assert.deepEqual(
    problems.filter((problem) => !listed(problem)),
    [],
  );
});

/**
 * The most that an entry downloads before its first answer, in bytes with brotli 11: its script, the
 * scripts that this imports, and the files that they name.
 */
const LIMITS = {
  // `scoreMany` takes tables of Arrow at once, so what reads them (0.7 KB) cannot come later. Checks of
  // options are 0.2 KB. Entries that import nothing have what computes hashes and verifies signatures (1.7 KB) inside.
  // The module has the limits and prices of artifacts (1.6 KB), and 0.8 KB more than it needs, because its passes of
  // wasm-opt keep it under the size that webpack warns of.
  "dist/index.js": 111_000,
  "dist/slim.js": 11_500,
  "dist/inline.js": 143_500,
  "dist/classic/tenure.js": 143_700,
  // With decisions, and with profiles: they are counted, told, added up and compared (33 KB; distributions, distances and
  // expected figures are most of it), with limits for what a model may cost (0.3 KB), and with every check of a policy
  // (2.2 KB). In place of the first three.
  "dist/decide.js": 182_000,
  "dist/decide-inline.js": 232_000,
  "dist/classic/decide.js": 232_200,
  "dist/pool.js": 104_700,
  "dist/decide-pool.js": 172_100,
  "dist/stream.js": 3_000,
  "dist/elements.js": 20_000,
  "dist/elements-with-lit.js": 26_000,
  "dist/worker.js": 17_200,
  // Not minified, because servers print the line that threw. What a handler need not have is beside it.
  "dist/edge.js": 12_600,
  "dist/edge/access.js": 2_100,
  "dist/edge/inference.js": 3_000,
  "dist/edge/jwt.js": 1_100,
  "dist/edge/openapi.js": 5_300,
  "dist/edge/rollout.js": 4_100,
  "dist/gpu.js": 200,
  "dist/testing.js": 21_500,
  "dist/english.js": 1_000,
  "dist/german.js": 1_000,
  "dist/webgpu.js": 3_500,
  "dist/blocks.js": 2_500,
  "dist/digest.js": 1_100,
  "dist/signature.js": 1_400,
};

function brotli(file) {
  const bytes = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

test("every entry stays within its limit", () => {
  const sizes = Object.keys(LIMITS).map((name) => {
    const file = join(installed, name);
    const [, wasm] = /new URL\("\.\.\/(wasm\/\w+\.wasm)"/.exec(readFileSync(file, "utf8")) ?? [];
    return [name, brotli(file) + (wasm === undefined ? 0 : brotli(join(installed, wasm)))];
  });
  console.log(sizes.map(([name, size]) => `${name} ${size} of ${LIMITS[name]}`).join("\n"));
  assert.deepEqual(
    sizes.filter(([name, size]) => size > LIMITS[name]),
    [],
  );
});

test("every entry for pages has a limit", () => {
  const targets = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(targets));
  const scripts = Object.values(exports).flatMap(targets);
  // These run in servers, or are what a limit above has already.
  const others = /\.d\.ts$|\*|package\.json|node|workerd|edge-light|source|classic\/(edge|testing|english|german)/;
  for (const script of scripts.filter((name) => !others.test(name))) {
    assert.ok(script.replace("./", "") in LIMITS, script);
  }
});

test("scripts have no source maps, whose sources do not ship", () => {
  for (const name of readdirSync(join(installed, "dist"))) {
    assert.doesNotMatch(name, /\.map$/);
    if (name.endsWith(".js"))
      assert.doesNotMatch(readFileSync(join(installed, "dist", name), "utf8"), /sourceMappingURL/);
  }
});

test("the notices have every crate that is compiled in, with its licence", () => {
  const notices = readFileSync(join(installed, "THIRD-PARTY-NOTICES"), "utf8");
  for (const crate of ["wasm-bindgen", "js-sys", "libm", "wide"]) {
    assert.match(notices, new RegExp(`^${crate} \\d+\\.\\d+\\.\\d+: .*(MIT|Apache-2\\.0|Zlib)`, "m"));
  }
  assert.match(notices, /Permission is hereby granted/);
  assert.doesNotMatch(notices, /\/(root|home|Users)\//);
});
