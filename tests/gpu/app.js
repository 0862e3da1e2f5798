/** An app built by Vite with the packed package, served to headless Chromium: its page has `globalThis.tenure`. */

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { installedApp } from "../consumer/pack.js";
import { serve } from "../consumer/static.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { build } = await import(pathToFileURL(require.resolve("vite")).href);

/** Flags with which Chromium has a device without a graphics card (SwiftShader). */
export const WEBGPU = ["--enable-unsafe-webgpu"];

/** Builds and serves the app. `models` are the paths, below the app, of copies of the artifact. */
export async function serveApp(models = []) {
  const app = installedApp({
    files: {
      "index.html":
        '<!doctype html><html lang="en"><title>app</title><script type="module" src="/app.js"></script></html>',
      "app.js":
        'import { load } from "tenure";\nimport { gpu } from "tenure/gpu";\nglobalThis.tenure = { load, gpu };\n',
    },
    models,
  });
  await build({ root: app.folder, logLevel: "error", configFile: false });
  const policy = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
  const server = await serve(join(app.folder, "dist"), () => ({ "content-security-policy": policy }));
  return {
    origin: server.origin,
    close: () => {
      server.close();
      app.remove();
    },
  };
}
