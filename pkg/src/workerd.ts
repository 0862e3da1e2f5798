/**
 * Tenure for workerd (Cloudflare Workers), which does not compile bytes: the WebAssembly module is
 * imported.
 */

import module from "../wasm/tenure_bg.wasm";
import type { Load } from "./load.js";
import { loader } from "./scoring.js";

export * from "./public.js";

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm: () => module });
