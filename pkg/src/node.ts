/**
 * Tenure for Node, Bun and Deno: reads the WebAssembly module and local artifacts from the file
 * system.
 */

import { readFileSync } from "node:fs";
import { readLocal } from "./files.js";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({
  // Synchronous, as Node reads scripts: an asynchronous read takes longer than the read itself.
  wasm: () => readFileSync(new URL("../wasm/tenure_bg.wasm", import.meta.url)),
  readFile: readLocal,
});
