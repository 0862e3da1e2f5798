/** `tenure/decide/inline`: the WebAssembly module is inside, so there is no file to find. */

import base64 from "../wasm/tenure_decide_bg.wasm?base64";
import { type DecidingLoad, loader } from "./deciding.js";

export * from "./decide-public.js";

/** Loads an artifact. See {@link DecidingLoad} for its parameters and errors. */
export const load: DecidingLoad = loader({
  wasm: () => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)),
});
