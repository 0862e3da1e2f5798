/** `tenure/inline`: the WebAssembly module is inside, so there is no file to find. */

import base64 from "../wasm/tenure_bg.wasm?base64";
import type { Load } from "./load.js";
import { loader } from "./scoring.js";

export * from "./public.js";

/** The bytes of the WebAssembly module, for the option `wasm` of `createPool`. */
export const wasm = (): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm });
