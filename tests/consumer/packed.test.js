/** The packed package in Node: its files, its README's examples, its types. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { installedApp, packedFiles, readmeExample } from "./pack.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const modules = dirname(dirname(require.resolve("typescript/package.json")));
const app = installedApp({
  files: {
    "score.js": readmeExample("score.js"),
    "errors.js": readmeExample("errors.js"),
    "explain.js": readmeExample("explain.js"),
    "advice.js": readmeExample("advice.js"),
    "words.js": readmeExample("words.js"),
    "batch.js": readmeExample("batch.js"),
    "pool.js": readmeExample("pool.js"),
    "cohort.js": readmeExample("cohort.js"),
    "app.ts": readFileSync(new URL("app.ts", import.meta.url), "utf8"),
  },
});
after(app.remove);

function node(...parameters) {
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: app.folder, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr, "");
  return stdout;
}

test("the tarball has what runs and its types, and nothing else", () => {
  const files = packedFiles();
  for (const needed of [
    "README.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "package.json",
    "dist/index.js",
    "dist/index.d.ts",
    "dist/node.js",
    "dist/workerd.js",
    "dist/edge.js",
    "dist/pool.js",
    "dist/pool-node.js",
    "dist/worker.js",
    "dist/worker-node.js",
    "dist/elements.js",
    "dist/elements.d.ts",
    "dist/elements-with-lit.js",
    "wasm/tenure_bg.wasm",
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  for (const name of files)
    assert.match(
      name,
      /^(README\.md|LICENSE-(MIT|APACHE)|package\.json|dist\/[a-z-]+\.(js|js\.map|d\.ts)|dist\/elements\/[a-z-]+\.d\.ts|wasm\/tenure_bg\.wasm|gpu\/tenure_gpu(\.js|_bg\.wasm))$/,
    );
});

test("it depends on nothing but lit, for the elements alone", () => {
  const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies } = JSON.parse(
    readFileSync(join(app.folder, "node_modules/tenure/package.json"), "utf8"),
  );
  assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
  assert.deepEqual([Object.keys(peerDependencies), peerDependenciesMeta], [["lit"], { lit: { optional: true } }]);
  const scripts = packedFiles().filter((name) => name.endsWith(".js"));
  const importing = scripts.filter((name) =>
    /\bfrom\s*"lit[/"]/.test(readFileSync(join(app.folder, "node_modules/tenure", name), "utf8")),
  );
  assert.deepEqual(importing, ["dist/elements.js"]);
});

test("the README's first example prints a score and three reasons", () => {
  const lines = node("score.js").trim().split("\n");
  assert.equal(lines.length, 4);
  assert.match(lines[0], /^\d+\.\d% \S/);
  for (const line of lines.slice(1)) assert.match(line, / the risk of leaving/);
});

test("the README's example of errors prints the problems", () =>
  assert.equal(node("errors.js"), "record_invalid tenure: bounds, Contract: absent\n"));

test("the README's example of an explanation prints an estimate with its standard error", () =>
  assert.match(node("explain.js"), /^(true|false) \d+ \S+ \S+ \S+\n$/));

test("the README's example of counterfactuals prints ways and where they lead", () => {
  const [head, ...lines] = node("advice.js").trim().split("\n");
  assert.match(head, /^([123] ways below 0\.4|already_under|not_reached)$/);
  for (const line of lines) assert.match(line, /: .+ → .+ 0\.[0-3]\d\d$/);
});

test("the README's example in German speaks it, with the reader's own words", () => {
  const lines = node("words.js").trim().split("\n");
  for (const line of lines) assert.match(line, / (erhöht|senkt|verändert) das Abwanderungsrisiko/);
  assert.ok(
    lines.some((line) => line.startsWith("Vertrag (zwei Jahre) ")),
    lines.join("\n"),
  );
  assert.ok(
    lines.some((line) => line.includes("(1 Monat)")),
    lines.join("\n"),
  );
});

test("the README's example of a cohort prints progress, the first field, and its points", () => {
  const lines = node("cohort.js").trim().split("\n");
  const at = lines.indexOf("100 of 100");
  assert.ok(at >= 0, lines.join("\n"));
  assert.match(lines[at + 1], /^\S.* \d\.\d{3} true$/);
  assert.match(lines[at + 2], /^true \S/);
  assert.equal(lines[at + 3], "true");
});

test("the README's batch example scores every row", () => assert.equal(node("batch.js"), "100000 100000 0 true\n"));

test("every file of the wasm folder can be imported by name", () => {
  const script =
    'console.log(import.meta.resolve("tenure/wasm/tenure_bg.wasm").split("/").at(-1), import.meta.resolve("tenure/package.json").split("/").at(-1))';
  assert.equal(node("--input-type=module", "--eval", script), "tenure_bg.wasm package.json\n");
});

test("each runtime's condition leads to its entry", () => {
  const entries = [
    [[], "node.js"],
    [["--conditions=workerd"], "workerd.js"],
    [["--conditions=edge-light"], "edge-light.js"],
  ];
  for (const [flags, main] of entries) {
    const script =
      'console.log(["tenure", "tenure/edge"].map((name) => import.meta.resolve(name).split("/").at(-1)).join())';
    assert.equal(node(...flags, "--input-type=module", "--eval", script), `${main},edge.js\n`);
  }
});

test("every entry is one file, and the handler shares errors and the started module with it", () => {
  const imported = (name) =>
    [...readFileSync(join(app.folder, `node_modules/tenure/dist/${name}`), "utf8").matchAll(/\bfrom\s*"([^"]+)"/g)].map(
      ([, module]) => module,
    );
  assert.deepEqual(imported("index.js"), []);
  assert.deepEqual(new Set(imported("edge.js")), new Set(["tenure"]));
  const script = `
    import { load } from "tenure";
    import { createHandler } from "tenure/edge";
    const handle = createHandler({ scorer: load("model.safetensors") });
    const request = new Request("http://localhost/score", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    const response = await handle(request);
    console.log(response.status, (await response.json()).error.code);`;
  assert.equal(node("--input-type=module", "--eval", script), "422 record_invalid\n");
});

test("the README's pool example scores in workers and cancels", () => {
  const lines = node("pool.js").trim().split("\n");
  assert.match(lines[0], /^0\.\d+ \d+$/);
  assert.equal(lines[1], "TimeoutError");
});

test("an uncaught error shows where it was thrown, not the whole package", () => {
  const script = 'import { load } from "tenure"; (await load("model.safetensors")).score({});';
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: app.folder,
    encoding: "utf8",
  });
  assert.ok(stderr.length < 6000 && stderr.includes("record_invalid"), stderr.slice(0, 500));
});

test("its types compile, libraries checked, with either module resolution, with and without the DOM", () => {
  cpSync(join(modules, "@types/node"), join(app.folder, "node_modules/@types/node"), { recursive: true });
  cpSync(join(modules, "undici-types"), join(app.folder, "node_modules/undici-types"), { recursive: true });
  const tsc = join(modules, "typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "ES2022"];
  const settings = [
    ["--module", "NodeNext", "--lib", "ES2022,DOM", "--types", ""],
    ["--module", "ESNext", "--moduleResolution", "Bundler", "--lib", "ES2022,DOM", "--types", ""],
    ["--module", "NodeNext", "--lib", "ES2022", "--types", "node"],
  ];
  for (const setting of settings) node(tsc, ...strict, ...setting, "app.ts");
});
