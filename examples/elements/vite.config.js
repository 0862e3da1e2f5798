/** Builds the pages of React, Vue and the record page. */

import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const pages = ["react", "vue", "record-page"].map((name) => [name, `${import.meta.dirname}/${name}/index.html`]);

export default defineConfig({
  appType: "mpa",
  base: "./",
  build: { target: "es2022", rolldownOptions: { input: Object.fromEntries(pages) } },
  // Vue takes names with a hyphen for its own components, unless it is told otherwise.
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("tenure-") } } })],
});
