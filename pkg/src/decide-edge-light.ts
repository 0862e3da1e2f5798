/** `tenure/decide` for the edge runtime of Next.js and Vercel, as `edge-light.ts`. */

import module from "../wasm/tenure_decide_bg.wasm?module";
import { type DecidingLoad, loader } from "./deciding.js";

export * from "./decide-public.js";

/** Loads an artifact. See {@link DecidingLoad} for its parameters and errors. */
export const load: DecidingLoad = loader({ wasm: () => module });
