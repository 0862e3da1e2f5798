/** `load` with the module that also decides, which takes the place of the other. */

import { Engine, initSync } from "../wasm/tenure_decide.js";
import { DecidingScorer, startCounting } from "./deciding-scorer.js";
import { checkKind, checkNames } from "./error.js";
import { type Load, loader as loaderOf, type Platform } from "./load.js";
import { LOAD_OPTIONS, type LoadOptions, type ModelLimits } from "./load-options.js";
import { checkedLimits } from "./model-limits.js";
import type { ArtifactSource } from "./source.js";
import { TenureError } from "./tenure-error.js";

/** Options of `load` of `tenure/decide`. */
export interface DecidingLoadOptions extends LoadOptions {
  /**
   * Whether the scorer counts what it scores, for `profile`. It needs a model with a reference profile, and
   * the device `cpu`. Default: false.
   */
  readonly profile?: boolean;
}

/**
 * Loads an artifact and starts the WebAssembly module that decides. Parameters and errors are those of
 * `load` from `tenure`.
 *
 * @param source the file `model.safetensors`: its address, a `Response` or its bytes.
 * @param options see {@link DecidingLoadOptions}.
 * @returns a scorer that also decides.
 * @throws TenureError as {@link Load}; `profile_reference` with the option `profile`, if the model was
 *   trained by a version that keeps no reference.
 * @example
 * ```js
 * import { load } from "tenure/decide";
 *
 * const scorer = await load("model.safetensors");
 * const offers = (scorer.policy.offers ?? []).map(({ name }) => name);
 * ```
 */
export type DecidingLoad = <C = unknown>(
  source: ArtifactSource,
  options?: DecidingLoadOptions,
) => Promise<DecidingScorer<C>>;

const OPTIONS: readonly string[] = [...LOAD_OPTIONS, "profile"];

/** Makes `load` for a platform. */
export function loader(platform: Platform): DecidingLoad {
  const load: Load = loaderOf({ name: "tenure_decide", Engine, initSync, Scorer: DecidingScorer, within }, platform);
  return async <C>(source: ArtifactSource, options: DecidingLoadOptions = {}) => {
    checkNames(options, OPTIONS);
    const { profile, ...rest } = options;
    checkKind("profile", profile, typeof profile === "boolean", "true or false");
    if (profile && rest.device !== undefined && rest.device !== "cpu") {
      throw new TenureError(
        "argument_invalid",
        "profiles are counted on the CPU: leave out one of the options device and profile",
      );
    }
    const scorer = (await load<C>(source, rest)) as DecidingScorer<C>;
    if (profile) startCounting(scorer);
    return scorer;
  };
}

function within(limits: ModelLimits): (bytes: Uint8Array) => Engine {
  const { formulaSteps, multiplyAdds } = checkedLimits(limits);
  return (bytes) => Engine.within(bytes, formulaSteps, multiplyAdds);
}
