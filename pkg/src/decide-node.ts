/** `tenure/decide` for Node, Bun and Deno. */

import { type DecidingLoad, loader } from "./deciding.js";
import { readLocal, readPackaged } from "./files.js";

export * from "./decide-public.js";

// Bundlers recognise the expression with `new URL` and copy the file.
const wasm = (): Uint8Array =>
  readPackaged(() => new URL("../wasm/tenure_decide_bg.wasm", import.meta.url).href, "tenure_decide_bg.wasm");

/** Loads an artifact. See {@link DecidingLoad} for its parameters and errors. */
export const load: DecidingLoad = loader({ wasm, readFile: readLocal });
