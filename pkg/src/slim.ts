/**
 * `tenure/slim`: looks for no file. The program hands in the WebAssembly module, as the platform
 * gives it.
 */

import type { WasmSource } from "./instance.js";
import type { LoadOptions } from "./load-options.js";
import type { Scorer } from "./scorer.js";
import { loader } from "./scoring.js";
import type { ArtifactSource } from "./source.js";

export * from "./public.js";

/** Options of {@link load}, with the WebAssembly module. */
export interface SlimOptions extends LoadOptions {
  /** The WebAssembly module `tenure/wasm/tenure_bg.wasm`. See {@link LoadOptions.wasm}. */
  readonly wasm: WasmSource;
}

/** Loads an artifact. See {@link Load} for its parameters and errors. */
export const load: <C = unknown>(source: ArtifactSource, options: SlimOptions) => Promise<Scorer<C>> = loader({
  wasm: () => {
    throw new Error("pass it as options.wasm; it is tenure/wasm/tenure_bg.wasm");
  },
});
