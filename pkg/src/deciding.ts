/** `load` with the module that also decides, which takes the place of the other. */

import { Engine, initSync } from "../wasm/tenure_decide.js";
import { DecidingScorer } from "./deciding-scorer.js";
import { type Load, loader as loaderOf, type Platform } from "./load.js";
import type { LoadOptions, ModelLimits } from "./load-options.js";
import { checkedLimits } from "./model-limits.js";
import type { ArtifactSource } from "./source.js";

/**
 * Loads an artifact and starts the WebAssembly module that decides. Parameters and errors are those of
 * `load` from `tenure`.
 *
 * @param source the file `model.safetensors`: its address, a `Response` or its bytes.
 * @param options see {@link LoadOptions}.
 * @returns a scorer that also decides.
 * @throws TenureError as {@link Load}.
 * @example
 * ```js
 * import { load } from "tenure/decide";
 *
 * const scorer = await load("model.safetensors");
 * const offers = (scorer.policy.offers ?? []).map(({ name }) => name);
 * ```
 */
export type DecidingLoad = <C = unknown>(source: ArtifactSource, options?: LoadOptions) => Promise<DecidingScorer<C>>;

/** Makes `load` for a platform. */
export const loader = (platform: Platform): DecidingLoad =>
  loaderOf({ name: "tenure_decide", Engine, initSync, Scorer: DecidingScorer, within }, platform) as DecidingLoad;

function within(limits: ModelLimits): (bytes: Uint8Array) => Engine {
  const { formulaSteps, multiplyAdds } = checkedLimits(limits);
  return (bytes) => Engine.within(bytes, formulaSteps, multiplyAdds);
}
