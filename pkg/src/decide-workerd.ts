/** `tenure/decide` for workerd, as `workerd.ts`. */

import module from "../wasm/tenure_decide_bg.wasm";
import { type DecidingLoad, loader } from "./deciding.js";

export * from "./decide-public.js";

/** Loads an artifact. See {@link DecidingLoad} for its parameters and errors. */
export const load: DecidingLoad = loader({ wasm: () => module });
