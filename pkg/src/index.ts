/** Tenure for browsers and bundlers, which find the WebAssembly module by this very `new URL`. */

import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact: sources, options and errors stand at {@link Load}. */
export const load: Load = loader({ wasm: () => new URL("../wasm/tenure_bg.wasm", import.meta.url) });
