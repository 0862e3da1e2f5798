/** `tenure/inline`: the WebAssembly module is inside, so there is no file to find. */

import wasm from "../wasm/tenure_bg.wasm?base64";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm: () => Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0)) });
