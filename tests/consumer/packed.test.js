/** The packed package in Node: its files, its README's examples, its types. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
    "decide.js": readmeExample("decide.js"),
    "plan.js": readmeExample("plan.js"),
    "batch.js": readmeExample("batch.js"),
    "pool.js": readmeExample("pool.js"),
    "cohort.js": readmeExample("cohort.js"),
    "typed.ts": readmeExample("typed.ts"),
    ...Object.fromEntries(
      ["app.ts", "entries.mts", "entries.cts"].map((name) => [
        name,
        readFileSync(new URL(name, import.meta.url), "utf8"),
      ]),
    ),
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
    "dist/gpu.js",
    "dist/inline.js",
    "dist/slim.js",
    "dist/stream.js",
    "dist/testing.js",
    "dist/classic/tenure.js",
    "dist/pool.js",
    "dist/pool-node.js",
    "dist/worker.js",
    "dist/worker-node.js",
    "dist/command-node.js",
    "dist/elements.js",
    "dist/elements.d.ts",
    "dist/elements-with-lit.js",
    "dist/decide.js",
    "dist/decide.d.ts",
    "dist/decide-node.js",
    "dist/decide-pool.js",
    "dist/decide-pool-node.js",
    "dist/decide-worker.js",
    "dist/classic/decide.js",
    "wasm/tenure_bg.wasm",
    "wasm/tenure_decide_bg.wasm",
  ]) {
    assert.ok(files.includes(needed), needed);
  }
  for (const name of files)
    assert.match(
      name,
      /^(README\.md|LICENSE-(MIT|APACHE)|THIRD-PARTY-NOTICES|package\.json|dist\/(classic\/)?(edge\/)?[a-z-]+\.(js|d\.ts)|dist\/elements\/[a-z-]+\.d\.ts|dist\/classic\/package\.json|wasm\/tenure(_decide)?_bg\.wasm|gpu\/tenure_gpu(\.js|_bg\.wasm))$/,
    );
});

test("it depends on nothing but lit for the elements and jose for tokens, if they are used", () => {
  const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies } = JSON.parse(
    readFileSync(join(app.folder, "node_modules/tenure/package.json"), "utf8"),
  );
  assert.deepEqual([dependencies, optionalDependencies], [undefined, undefined]);
  assert.deepEqual(
    [Object.keys(peerDependencies), peerDependenciesMeta],
    [["jose", "lit"], { jose: { optional: true }, lit: { optional: true } }],
  );
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

test("the README's example of a decision prints the offers and why the others are not made", () => {
  const lines = node("decide.js").trim().split("\n");
  assert.ok(lines.length >= 2, lines.join("\n"));
  for (const line of lines) assert.match(line, /^(\S.*: -?\d+\.\d\d( \(.*\))?|not .*: \w+)$/);
});

test("the README's example of a plan prints who gets what, and how near it is to the best", () => {
  const lines = node("plan.js").trim().split("\n");
  assert.match(lines[0], /^[1-9]\d* offers cost \d+\.\d\d and bring \d+\.\d\d of at most \d+\.\d\d$/);
  assert.match(lines.at(-1), /^best share: \d+%$/);
});

test("the README's batch example scores every row, and says that no customer pays nothing", () => {
  const { stdout, stderr } = spawnSync(process.execPath, ["batch.js"], { cwd: app.folder, encoding: "utf8" });
  assert.equal(stdout, "100000 100000 0 true\n");
  const lines = stderr.trim().split("\n");
  assert.deepEqual(
    lines.map((line) => line.match(/^(\w+): 100,000 of 100,000 rows have a value that is outside .*, such as 0$/)?.[1]),
    ["tenure", "MonthlyCharges", "TotalCharges"],
  );
});

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
      'console.log(["tenure", "tenure/decide", "tenure/edge"].map((name) => import.meta.resolve(name).split("/").at(-1)).join())';
    assert.equal(node(...flags, "--input-type=module", "--eval", script), `${main},decide-${main},edge.js\n`);
  }
});

test("every entry is one file, and the handler shares errors and the started module with it", () => {
  const imported = (name) =>
    [
      ...readFileSync(join(app.folder, `node_modules/tenure/dist/${name}`), "utf8").matchAll(/\bfrom\s*"([^",]+)"/g),
    ].map(([, module]) => module);
  for (const name of [
    "index.js",
    "slim.js",
    "inline.js",
    "decide.js",
    "decide-inline.js",
    "decide-pool.js",
    "decide-worker.js",
    "pool.js",
    "stream.js",
    "worker.js",
    "testing.js",
    "gpu.js",
  ]) {
    assert.deepEqual(imported(name), [], name);
  }
  assert.deepEqual(new Set(imported("edge.js")), new Set(["tenure"]));
  const script = `
    import { load } from "tenure";
    import { createHandler } from "tenure/edge";
    const handle = createHandler({ scorer: load("model.safetensors") });
    const request = new Request("http://localhost/v1/score", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    const response = await handle(request);
    console.log(response.status, (await response.json()).code);`;
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

test("every entry with load gives the same score, and its errors are those of every other", () => {
  const script = `
    import { strict as assert } from "node:assert";
    import { readFileSync } from "node:fs";
    import { createRequire } from "node:module";
    import { runInNewContext } from "node:vm";
    import * as main from "tenure";
    import * as inline from "tenure/inline";
    import * as slim from "tenure/slim";
    import classic from "tenure/classic";
    import { createHandler } from "tenure/edge";
    import { createPool } from "tenure/pool";
    import { model, records, sampleRecords } from "tenure/testing";

    const required = createRequire(import.meta.url)("tenure");
    await assert.rejects(slim.load(model), { code: "wasm_unavailable", message: /options\\.wasm/ });
    const wasm = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve("tenure/wasm/tenure_bg.wasm"))));
    const scorers = await Promise.all([
      ...[main, inline, classic, required].map(({ load }) => load(model)),
      slim.load(model, { wasm }),
    ]);
    const expected = records.map((record) => scorers[0].score(record));
    assert.ok(expected[0].probability < expected[1].probability && expected[1].probability < expected[2].probability);
    assert.ok(expected.every(({ problems }) => problems.length === 0));
    assert.equal(scorers[0].scoreMany(sampleRecords(scorers[0].schema, 50)).errorCount, 0);
    for (const scorer of scorers) {
      assert.deepEqual(records.map((record) => scorer.score(record)), expected);
      for (const { TenureError } of [main, inline, classic, slim]) {
        assert.throws(() => scorer.score({}), (error) => error instanceof TenureError && error.code === "record_invalid");
      }
    }
    assert.ok(!(new Error("other") instanceof main.TenureError) && !(undefined instanceof main.TenureError));

    // A handler with a scorer of another entry, and a pool with the module inside.
    const headers = { "content-type": "application/json" };
    const request = new Request("http://localhost/v1/score", { method: "POST", headers, body: "{}" });
    assert.equal((await createHandler({ scorer: scorers[1] })(request)).status, 422);
    const pool = await createPool(model, { size: 1, wasm: inline.wasm() });
    assert.deepEqual(await pool.score(records[0]), expected[0]);
    pool.dispose();

    // A script in a realm of its own, without modules, as places evaluate it.
    const realm = { WebAssembly, TextDecoder, TextEncoder, atob, setTimeout };
    const text = readFileSync(new URL(import.meta.resolve("tenure/classic")), "utf8");
    assert.doesNotMatch(text, /\\bimport\\b *[(.]|<!--|-->/);
    runInNewContext(text, realm);
    const foreign = await realm.tenure.load(model);
    assert.equal(foreign.score(records[0]).probability, expected[0].probability);
    console.log("equal");
  `;
  assert.equal(node("--input-type=module", "--eval", script), "equal\n");
});

test("the examples of the types run", () => {
  const sources = new URL("../../pkg/src/", import.meta.url);
  const files = readdirSync(sources, { recursive: true }).filter((name) => name.endsWith(".ts"));
  const examples = files.flatMap((name) => {
    const text = readFileSync(new URL(name, sources), "utf8");
    const blocks = [...text.matchAll(/^ +?\* @example\n((?: +\*.*\n)*? +\* ```\n)/gm)];
    return blocks.map(([, block]) => [name, block.replace(/^ +\* ?/gm, "").replace(/^```.*$/gm, "")]);
  });
  assert.ok(examples.length >= 6, `${examples.length} examples`);
  for (const [name, text] of examples) {
    writeFileSync(join(app.folder, "example.mjs"), text);
    const { status, stderr } = spawnSync(process.execPath, ["example.mjs"], { cwd: app.folder, encoding: "utf8" });
    assert.equal(status, 0, `${name}\n${text}\n${stderr}`);
  }
});

test("the README's command writes the types that its example compiles with", () => {
  const [, command] = readFileSync(new URL("../../pkg/README.md", import.meta.url), "utf8").match(
    /^npx (tenure types .*)$/m,
  );
  const [, ...parameters] = command.split(" ");
  assert.equal(node("node_modules/tenure/dist/command-node.js", ...parameters), "");
  const { bin } = JSON.parse(readFileSync(join(app.folder, "node_modules/tenure/package.json"), "utf8"));
  assert.deepEqual(bin, { tenure: "dist/command-node.js" });
  const tsc = join(modules, "typescript/bin/tsc");
  node(tsc, "--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--types", "", "typed.ts");
});

test("require gives ES modules where Node takes them, and otherwise the classic script", () => {
  const accepts = process.features.require_module === true;
  for (const [name, modules, classic] of [
    ["tenure", "node.js", "tenure.js"],
    ["tenure/decide", "decide-node.js", "decide.js"],
  ]) {
    const script = `console.log(require.resolve("${name}").split("/").at(-1), require("${name}").load.length)`;
    assert.equal(node("--input-type=commonjs", "--eval", script), `${accepts ? modules : classic} 1\n`);
  }
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
    ["--module", "NodeNext", "--lib", "ES2022", "--types", ""],
  ];
  for (const setting of settings) node(tsc, ...strict, ...setting, "app.ts", "entries.mts", "entries.cts");
  node(tsc, ...strict, "--module", "Node16", "--lib", "ES2022", "--types", "", "entries.cts");
});
