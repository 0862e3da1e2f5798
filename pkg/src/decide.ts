/** `tenure/decide` for browsers. Bundlers recognise the `new URL` below and copy the WebAssembly file. */

import { type DecidingLoad, loader } from "./deciding.js";

export * from "./decide-public.js";

/** Loads an artifact. See {@link DecidingLoad} for its parameters and errors. */
export const load: DecidingLoad = loader({ wasm: () => new URL("../wasm/tenure_decide_bg.wasm", import.meta.url) });
