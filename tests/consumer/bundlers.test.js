/**
 * The packed package in the bundlers that people use, and without one: the README's snippets, built
 * by each tool and opened in headless Chromium under a strict policy. Each page scores, on its own
 * thread and in a pool.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { load } from "tenure";
import { artifactPath } from "../../pkg/tests/artifact.js";
import { launch, outputOf } from "./chromium.js";
import { installedApp, readmeExample, readmeFiles } from "./pack.js";
import { serve } from "./static.js";

/** The tools, with a lock file of their own. */
const TOOLS = fileURLToPath(new URL("bundlers/", import.meta.url));
const POLICY = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const require = createRequire(join(TOOLS, "package.json"));

const scorer = await load(artifactPath());
const unknown = Object.fromEntries(scorer.schema.fields.map(({ name }) => [name, null]));
/** What each page shows. */
const shown = scorer.score(unknown).probability.toFixed(3);

const PAGES = { "page.js": readmeExample("page.js"), "pool-page.js": readmeExample("pool-page.js") };
const page = (script) =>
  `<!doctype html><html lang="en"><title>app</title><output></output><script type="module" src="${script}"></script></html>`;

let installed;
let browser;
before(async () => {
  installed = installedApp({ within: TOOLS });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  installed?.remove();
});

/** A folder of the app with these files. */
function app(name, files = {}) {
  const folder = join(installed.folder, name);
  for (const [file, text] of Object.entries({ "package.json": '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

/** A folder with the installed package in it, for pages without a bundler. */
function appWithPackage(name, files = {}) {
  const folder = app(name, files);
  cpSync(join(installed.folder, "node_modules/tenure"), join(folder, "node_modules/tenure"), { recursive: true });
  return folder;
}

/** Runs the command of a snippet, such as `npx rollup --config`. */
function run(folder, line) {
  const [program, ...parameters] = line.trim().replace(/^npx /, "").split(/\s+/);
  const bins = [join(TOOLS, "node_modules/.bin"), fileURLToPath(new URL("../../node_modules/.bin", import.meta.url))];
  const env = { ...process.env, PATH: [...bins, process.env["PATH"]].join(delimiter) };
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, `${line}\n${stdout}${stderr}`);
}

/** Serves a built folder with the model, and returns what a page of it shows. */
async function opened(context, folder, name, policy = POLICY) {
  copyFileSync(artifactPath(), join(folder, "model.safetensors"));
  const server = await serve(folder, () => (policy === null ? {} : { "content-security-policy": policy }));
  context.after(server.close);
  return (await outputOf(browser, `${server.origin}/${name}`)).output;
}

for (const tool of ["webpack", "@rspack/core"]) {
  test(`${tool}: page and pool, without configuration`, async (context) => {
    const folder = app(tool, PAGES);
    const { default: bundle } = await import(pathToFileURL(require.resolve(tool)).href);
    const built = join(folder, "dist");
    const compiler = bundle({
      mode: "production",
      context: folder,
      entry: { page: "./page.js", pool: "./pool-page.js" },
      output: { path: built },
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    await new Promise((closed) => compiler.close(closed));
    assert.equal(stats.hasErrors(), false, stats.toString());
    assert.deepEqual(stats.toJson().warnings, []);
    // Nobody asked for a graphics device, so nothing of it is there.
    assert.equal(readdirSync(built).filter((name) => name.endsWith(".wasm")).length, 1);
    for (const name of ["page", "pool"]) {
      writeFileSync(join(built, `${name}.html`), page(`/${name}.js`));
      assert.equal(await opened(context, built, `${name}.html`), shown, name);
    }
  });
}

for (const tool of ["webpack", "@rspack/core"]) {
  test(`${tool}: a page with tenure/decide has its module and no other`, async (context) => {
    const folder = app(`${tool}-decide`, { "page.js": PAGES["page.js"].replace('"tenure"', '"tenure/decide"') });
    const { default: bundle } = await import(pathToFileURL(require.resolve(tool)).href);
    const built = join(folder, "dist");
    // The module is larger than what these tools warn of.
    const performance = { hints: false };
    const compiler = bundle({
      mode: "production",
      context: folder,
      entry: "./page.js",
      output: { path: built },
      performance,
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    await new Promise((closed) => compiler.close(closed));
    assert.deepEqual(stats.toJson().warnings, []);
    assert.equal(stats.hasErrors(), false, stats.toString());
    assert.equal(readdirSync(built).filter((name) => name.endsWith(".wasm")).length, 1);
    writeFileSync(join(built, "page.html"), page("/main.js"));
    assert.equal(await opened(context, built, "page.html"), shown);
  });
}

test("Rollup: page and pool, with the README's configuration", async (context) => {
  const folder = app("rollup", { ...PAGES, ...readmeFiles("rollup") });
  run(folder, "npx rollup --config --silent");
  for (const name of ["page", "pool-page"]) {
    writeFileSync(join(folder, `dist/${name}.html`), page(`/${name}.js`));
    assert.equal(await opened(context, join(folder, "dist"), `${name}.html`), shown, name);
  }
});

test("Parcel: page and pool, with the README's package.json", async (context) => {
  // Parcel reads its settings beside the lock file.
  writeFileSync(join(installed.folder, "package.json"), readmeFiles("parcel")["package.json"]);
  for (const [name, script] of [
    ["page", "page.js"],
    ["pool", "pool-page.js"],
  ]) {
    const folder = app(`parcel-${name}`, { ...PAGES, "index.html": page(`./${script}`) });
    run(folder, "npx parcel build index.html --no-source-maps --no-cache --log-level warn");
    // Parcel writes an import map into the page, which the strict policy refuses.
    assert.equal(await opened(context, join(folder, "dist"), "index.html", null), shown, name);
  }
});

test("esbuild: the README's page with the module inside and a worker of its own, also under Trusted Types", async (context) => {
  const { "build.sh": command, ...files } = readmeFiles("esbuild");
  const folder = app("esbuild", files);
  run(folder, command.split("\n")[1]);
  const built = join(folder, "dist");
  writeFileSync(join(built, "page.html"), page("/page.js"));
  assert.equal(await opened(context, built, "page.html"), `${shown} ${shown}`);
  const trusted = `${POLICY}; require-trusted-types-for 'script'`;
  assert.equal(await opened(context, built, "page.html", `${trusted}; trusted-types tenure`), `${shown} ${shown}`);
});

test("no bundler: the README's import map, and its script with a global", async (context) => {
  const [map, script] = [readmeExample("map/index.html"), readmeExample("script/index.html")];
  const folder = appWithPackage("pages", { ...PAGES, "map.html": map, "script.html": script });
  assert.equal(await opened(context, folder, "map.html", null), shown);
  assert.equal(await opened(context, folder, "script.html", null), shown);
});

test("Jest: the README's test, as CommonJS", () => {
  const folder = app("jest", { ...readmeFiles("jest"), "package.json": "{}" });
  run(folder, "npx jest");
});

/** A page that starts a pool and shows a probability, or the error. */
const pooled = (source) => `
  import { createPool } from "tenure/pool";
  const show = (value) => { document.querySelector("output").value = value; };
  try {
    const pool = await createPool(${source});
    show((await pool.score(${JSON.stringify(unknown)})).probability.toFixed(3));
  } catch ({ name, code, message }) {
    show([name, code, message].join(": "));
  }
`;
const mapped = (origin, script) =>
  page(script).replace(
    "<title>",
    `<script type="importmap">{"imports":{"tenure/pool":"${origin}/node_modules/tenure/dist/pool.js"}}</script><title>`,
  );

test("a pool whose files are on another host", async (context) => {
  const host = await serve(installed.folder, () => ({ "access-control-allow-origin": "*" }));
  context.after(host.close);
  const source = pooled('"/model.safetensors", { size: 1 }');
  const folder = app("foreign", { "page.html": mapped(host.origin, "/pool.js"), "pool.js": source });
  assert.equal(await opened(context, folder, "page.html", null), shown);
});

test("a pool that cannot start says why, and blames the policy only if it is at fault", async (context) => {
  const folder = appWithPackage("refused", {
    "page.html": mapped("", "/pool.js"),
    "pool.js": pooled('"/model.safetensors", { size: 1 }'),
    "absent.html": mapped("", "/absent.js"),
    "absent.js": pooled('"/model.safetensors", { size: 1, worker: "/absent/worker.js" }'),
  });
  const said = (name, policy) => opened(context, folder, name, policy);
  const open = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

  const absent = await said("absent.html", null);
  assert.match(
    absent,
    /^TenureError: worker_unavailable: .*\/absent\/worker\.js is absent \(HTTP 404\).*options\.worker/,
  );
  assert.doesNotMatch(absent, /Content-Security-Policy/);
  assert.match(await said("page.html", `${open}; worker-src 'none'`), /worker_unavailable: .*Add worker-src 'self'/);
  const untrusted = `${open}; require-trusted-types-for 'script'; trusted-types other`;
  assert.match(await said("page.html", untrusted), /worker_unavailable: .*Add tenure to trusted-types/);
  assert.equal(await said("page.html", `${open}; require-trusted-types-for 'script'; trusted-types tenure`), shown);
});

test("the worker's script works as a copy, as a module and as a classic script", async (context) => {
  const folder = appWithPackage("copied");
  copyFileSync(join(folder, "node_modules/tenure/dist/worker.js"), join(folder, "copy.js"));
  for (const [name, worker] of Object.entries({ module: '"/copy.js"', classic: '() => new Worker("/copy.js")' })) {
    writeFileSync(join(folder, `${name}.html`), mapped("", `/${name}.js`));
    writeFileSync(join(folder, `${name}.js`), pooled(`"/model.safetensors", { size: 1, worker: ${worker} }`));
    assert.equal(await opened(context, folder, `${name}.html`, null), shown, name);
  }
});
