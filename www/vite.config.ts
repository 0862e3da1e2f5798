import { defineConfig } from "vite";
import { offline } from "./build/offline.ts";
import { contentSecurityPolicy, headers } from "./build/policy.ts";

export default defineConfig({
  // A missing file is a 404, never the page itself. The page works under any path.
  appType: "mpa",
  base: "./",
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The policy allows no code from `data:` addresses, and streaming compilation needs the wasm as
    // a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  // The elements load by the name `tenure`, and start a pool of their own: all of the page runs on the
  // module that decides, so that there is one to download.
  resolve: {
    alias: [
      { find: /^tenure$/, replacement: "tenure/decide" },
      { find: /^\.\/pool\.js$/, replacement: "tenure/decide/pool" },
    ],
  },
  plugins: [contentSecurityPolicy(), offline()],
  preview: { host: "127.0.0.1", headers },
});
