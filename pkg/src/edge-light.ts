/** Tenure for the edge runtime of Next.js and Vercel, which wants `?module` to give a WebAssembly module. */

import module from "../wasm/tenure_bg.wasm?module";
import { type Load, loader } from "./load.js";

export * from "./public.js";

/** Loads an artifact: sources, options and errors stand at {@link Load}. */
export const load: Load = loader({ wasm: () => module });
