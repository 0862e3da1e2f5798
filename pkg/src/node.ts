/**
 * Tenure for Node, Bun and Deno: reads the WebAssembly module and local artifacts from the file
 * system.
 */

import { readLocal, readPackaged } from "./files.js";
import type { Load } from "./load.js";
import { loader } from "./scoring.js";

export * from "./public.js";

// Bundlers recognise the expression with `new URL` and copy the file.
const wasm = (): Uint8Array =>
  readPackaged(() => new URL("../wasm/tenure_bg.wasm", import.meta.url).href, "tenure_bg.wasm");

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm, readFile: readLocal });
