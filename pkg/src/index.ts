/** Tenure for browsers. Bundlers recognise the `new URL` below and copy the WebAssembly file. */

import type { Load } from "./load.js";
import { loader } from "./scoring.js";

export * from "./public.js";

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm: () => new URL("../wasm/tenure_bg.wasm", import.meta.url) });
