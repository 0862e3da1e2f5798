/**
 * Tenure for the edge runtime of Next.js and Vercel, where an import with `?module` is a
 * WebAssembly module.
 */

import module from "../wasm/tenure_bg.wasm?module";
import type { Load } from "./load.js";
import { loader } from "./scoring.js";

export * from "./public.js";

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: Load = loader({ wasm: () => module });
