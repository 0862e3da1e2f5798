/** Tenure for Node, Bun and Deno: the WebAssembly module and local artifacts are read from the file system. */

import { readFileSync } from "node:fs";
import { readLocal } from "./files.js";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact: sources, options and errors stand at {@link Load}. */
export const load: Load = loader({
  // A part of the package, as its scripts are, and read as they are: the waiting way takes longer than the reading.
  wasm: () => readFileSync(new URL("../wasm/tenure_bg.wasm", import.meta.url)),
  readFile: readLocal,
});
