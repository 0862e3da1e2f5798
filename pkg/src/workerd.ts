/** Tenure for edge runtimes, which compile no bytes: the WebAssembly module comes as an import. */

import module from "../wasm/tenure_bg.wasm";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact: sources, options and errors stand at {@link Load}. */
export const load: Load = loader({ wasm: () => module });
