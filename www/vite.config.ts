import { defineConfig } from "vite";
import { offline } from "./build/offline.ts";
import { contentSecurityPolicy, headers } from "./build/policy.ts";

export default defineConfig({
  // A missing file is a 404 and never the page in disguise; the page runs under any path.
  appType: "mpa",
  base: "./",
  build: {
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The policy allows no data: address for code, and wasm must stay a file for streaming compilation.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: "es" },
  plugins: [contentSecurityPolicy(), offline()],
  preview: { host: "127.0.0.1", headers },
});
