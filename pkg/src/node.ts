/**
 * Tenure for Node, Bun and Deno: reads the WebAssembly module and local artifacts from the file
 * system.
 */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readLocal } from "./files.js";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/**
 * Reads the module. Synchronous, as Node reads scripts: an asynchronous read takes longer than the
 * read itself.
 */
function wasm(): Uint8Array {
  try {
    // Bundlers recognise this expression and copy the file. As a path, because Node refuses a URL of
    // another class than its own, and Next.js gives programs such a class.
    return readFileSync(fileURLToPath(new URL("../wasm/tenure_bg.wasm", import.meta.url).href));
  } catch {
    // webpack in Next.js makes it an address of the site. The file is also where it was installed.
    return readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../wasm/tenure_bg.wasm"));
  }
}

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm, readFile: readLocal });
