/**
 * The graphics device in apps that webpack and Rspack build: the README's page, with the packed
 * package, in headless Chromium (SwiftShader).
 */

import assert from "node:assert/strict";
import { copyFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { artifactPath } from "../../pkg/tests/artifact.js";
import { launch, outputOf } from "../consumer/chromium.js";
import { installedApp, readmeExample } from "../consumer/pack.js";
import { serve } from "../consumer/static.js";

const TOOLS = fileURLToPath(new URL("../consumer/bundlers/", import.meta.url));
const require = createRequire(join(TOOLS, "package.json"));
const POLICY = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
/** SwiftShader compiles kernels slowly. */
const PATIENCE = 120_000;

let app;
let browser;
before(async () => {
  // The device is emulated here, so `auto` would not choose it.
  const files = { "device.js": readmeExample("device.js").replace('"auto"', '"webgpu"') };
  app = installedApp({ files, within: TOOLS });
  browser = await launch(["--enable-unsafe-webgpu"]);
});
after(async () => {
  await browser?.close();
  app?.remove();
});

for (const tool of ["webpack", "@rspack/core"]) {
  test(`${tool}: the page finds both files and scores on the device`, async (context) => {
    const { default: bundle } = await import(pathToFileURL(require.resolve(tool)).href);
    const built = join(app.folder, "built", tool);
    const compiler = bundle({
      mode: "production",
      context: app.folder,
      entry: "./device.js",
      output: { path: built },
      // They warn of large files, and the module for graphics devices is one.
      performance: false,
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, result) => (error ? reject(error) : resolve(result))),
    );
    await new Promise((closed) => compiler.close(closed));
    assert.equal(stats.hasErrors() || stats.hasWarnings(), false, stats.toString());
    copyFileSync(artifactPath(), join(built, "model.safetensors"));
    writeFileSync(
      join(built, "index.html"),
      '<!doctype html><html lang="en"><title>app</title><output></output><script src="/main.js"></script></html>',
    );
    const server = await serve(built, () => ({ "content-security-policy": POLICY }));
    context.after(server.close);
    assert.equal((await outputOf(browser, server.origin, PATIENCE)).output, "1 on webgpu ");
  });
}
