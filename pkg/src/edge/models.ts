/** Which model answers a request: an interface, and the models of a handler that has one. */

import { load } from "tenure";
import type { AnyScorer } from "../any-scorer.js";
import type { ArtifactSource } from "../source.js";
import type { CustomerRecord } from "../types.js";
import type { HandlerEvent, ModelName } from "./event.js";
import { refuse } from "./refusal.js";

/** What a request says about the model that it wants. */
export interface Choice {
  /** A name, `NAME@VERSION` or an alias; absent for the default. */
  readonly model?: string | undefined;
  /** What a canary decides by: the header `tenure-key`, or the text of the body. */
  readonly key?: string | undefined;
}

/** Scores by row. */
export interface Scored {
  /** `[rows]`: probabilities; NaN in a row with errors. */
  readonly probability: ArrayLike<number>;
  /** `[rows]`: positions in `policy.tiers`. */
  readonly tier: ArrayLike<number>;
}

/** A model while it answers one request. */
export interface Served {
  /** Scores and explains. */
  readonly scorer: AnyScorer;
  /** Which model it is. */
  readonly model: ModelName;
  /** Says that the answer is complete. A model that is replaced ends after its last answer. */
  release(): void;
  /** Called with what was scored, after the answer is made: scores with the shadow model. */
  observe?(records: readonly CustomerRecord[], scored: Scored): HandlerEvent | undefined;
}

/** A model that is loaded. */
export interface ListedModel extends ModelName {
  /** Its other names. */
  readonly aliases: readonly string[];
}

/** The models of a handler. `createRollout` of `tenure/edge/rollout` makes several. */
export interface Models {
  /**
   * The model for a request. Rejects with 404 `model_unknown` if there is none of that name, with 503
   * `unavailable` if it cannot be loaded.
   */
  acquire(choice: Choice): Promise<Served>;
  /** Calls the handler when a model is loaded, removed or refused. */
  listen?(listener: (event: HandlerEvent) => void): void;
  /** The models that are loaded, with the aliases of each. */
  list(): readonly ListedModel[];
}

/** Names a model by its card and its hash. */
export async function nameOf(scorer: AnyScorer): Promise<ModelName> {
  const { name, sha256 } = await scorer.model();
  return { name, version: sha256.slice(0, 12), sha256 };
}

/** The only model of a handler, which is loaded at the first request: edge runtimes allow no I/O before. */
export function onlyModel(
  source: { readonly artifact?: ArtifactSource; readonly scorer?: AnyScorer | Promise<AnyScorer> },
  seconds: number,
): Models {
  let loaded: Served | undefined;
  let loading: Promise<Served> | undefined;
  const start = async (): Promise<Served> => {
    const scorer = await (source.artifact === undefined ? source.scorer! : load(source.artifact));
    loaded = { scorer, model: await nameOf(scorer), release: () => undefined };
    return loaded;
  };
  return {
    async acquire({ model }) {
      // After a failed load, as when the network was down, the next request tries again.
      loading ??= start();
      const served = loaded ?? (await within(seconds, loading).catch(failed));
      const { name, version } = served.model;
      if (model === undefined || model === name || model === `${name}@${version}`) return served;
      throw unknownModel(model, [name]);
    },
    list: () => (loaded === undefined ? [] : [{ ...loaded.model, aliases: [] }]),
  };

  function failed(cause: unknown): never {
    loading = undefined;
    throw unavailable(cause);
  }
}

/** The error for a model that cannot be loaded. */
export const unavailable = (cause: unknown): Error =>
  refuse(503, "unavailable", "the model cannot be loaded; try again later", {
    cause,
    headers: { "retry-after": "1" },
  });

/** The error for a model that there is not. */
export const unknownModel = (model: string, names: readonly string[]): Error =>
  refuse(404, "model_unknown", `there is no model ${model}; the models are ${names.join(", ")}`);

/** Rejects if a promise takes longer: a store can hang, and a request that began a load can be cancelled. */
export async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${seconds} seconds`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
