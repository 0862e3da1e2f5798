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
  plugins: [contentSecurityPolicy(), offline()],
  preview: { host: "127.0.0.1", headers },
});
