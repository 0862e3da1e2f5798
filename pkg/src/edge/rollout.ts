/**
 * `tenure/edge/rollout`: several models behind one handler, with aliases, a canary, a shadow, and swaps
 * while requests are answered.
 */

import { load } from "tenure";
import { checkKind, checkNames, kindOf } from "../error.js";
import type { Scorer } from "../scorer.js";
import { TenureError } from "../tenure-error.js";
import type { CustomerRecord } from "../types.js";
import type { HandlerEvent, ModelName, ShadowEvent } from "./event.js";
import {
  type Choice,
  type ListedModel,
  type Models,
  type Scored,
  type Served,
  unavailable,
  unknownModel,
  within,
} from "./models.js";

/** What a store returns: bytes, a `Response`, an object of R2, or `null` if there is no such file. */
export type Stored = Uint8Array | ArrayBuffer | Pick<Response, "arrayBuffer"> | null | undefined;

/** A model of a rollout. */
export interface RolloutModel {
  /** Its name, the same for all its versions. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /**
   * Its file: bytes, an address, or a function that reads it from a store, such as
   * `() => env.MODELS.get("churn", "arrayBuffer")`.
   */
  readonly source: string | URL | Uint8Array | ArrayBuffer | (() => Stored | Promise<Stored>);
  /** The hash that the file must have, as the option `integrity` of `load`. */
  readonly integrity?: string;
  /** The key that must have signed the file, as the option `publicKey` of `load`. It needs `signature`. */
  readonly publicKey?: string;
  /** The signature of the file: bytes, an address, or a function that reads it from a store. */
  readonly signature?: RolloutModel["source"];
}

/** A share of requests, in percent, that goes to another model too, or instead. */
export interface Share {
  /** `NAME@VERSION` or an alias. */
  readonly model: string;
  /** 0 to 100. */
  readonly percent: number;
}

/** Options of {@link createRollout}. */
export interface RolloutOptions {
  /** The models. The first is the default, unless an alias `champion` says another. */
  readonly models: readonly RolloutModel[];
  /** Other names of models, such as `{ champion: "churn@7", challenger: "churn@8" }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * The share of the default model's requests that another model answers. The same key always has the
   * same model, and keeps it while the share grows.
   */
  readonly canary?: Share;
  /** The share of requests whose records another model scores too, only to be compared. */
  readonly shadow?: Share;
  /** Most seconds until a file is read and checked. Default: 10. */
  readonly seconds?: number;
}

/** Several models, for the option `models` of `createHandler`. */
export interface Rollout extends Models {
  /**
   * Loads a model, then serves it: a new version, or a new file of one that serves. No request waits or
   * fails; those that have begun end with the old model. If the file cannot be read or is refused, the
   * old model serves on.
   *
   * @throws TenureError of `load`; `fetch_failed` if the store has no such file or takes too long.
   */
  put(model: RolloutModel): Promise<ModelName>;
  /**
   * Lets an alias stand for another model, at once. Loads the model first.
   *
   * @throws TenureError as {@link Rollout.put}.
   */
  point(alias: string, model: string): Promise<void>;
  /** Changes the canary; `undefined` ends it. */
  setCanary(share: Share | undefined): void;
  /** Changes the shadow; `undefined` ends it. */
  setShadow(share: Share | undefined): void;
  /**
   * Removes a version. Requests that have begun end with it.
   *
   * @throws TenureError `argument_invalid` for the default model and for one that an alias, the canary or the
   *   shadow names.
   */
  remove(model: string): void;
}

const CHAMPION = "champion";
const OPTIONS = ["models", "aliases", "canary", "shadow", "seconds"];

/**
 * Makes the models of a handler. A model is loaded when it is first asked for.
 *
 * @throws TenureError `argument_invalid` for options that do not fit together.
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 * import { createRollout } from "tenure/edge/rollout";
 * import { model } from "tenure/testing";
 *
 * const models = createRollout({
 *   models: [
 *     { name: "churn", version: "7", source: model },
 *     { name: "churn", version: "8", source: model },
 *   ],
 *   aliases: { champion: "churn@7", challenger: "churn@8" },
 *   canary: { model: "challenger", percent: 10 },
 * });
 * const handle = createHandler({ models });
 * await models.point("champion", "churn@8");
 * ```
 */
export function createRollout(options: RolloutOptions): Rollout {
  return new LoadedRollout(options);
}

class LoadedRollout implements Rollout {
  readonly #entries = new Map<string, Entry>();
  readonly #aliases = new Map<string, string>();
  readonly #default: string;
  readonly #seconds: number;
  readonly #listeners: ((event: HandlerEvent) => void)[] = [];
  #canary: Share | undefined;
  #shadow: Share | undefined;

  constructor(options: RolloutOptions) {
    checkNames(options, OPTIONS);
    const { models, aliases = {}, canary, shadow, seconds = 10 } = options;
    if (!Array.isArray(models) || models.length === 0) throw invalid("models must be a list of at least one model");
    checkKind("seconds", seconds, Number.isFinite(seconds) && seconds > 0, "a number above 0");
    this.#seconds = seconds;
    for (const model of models) {
      checkModel(model);
      const id = idOf(model);
      if (this.#entries.has(id)) throw invalid(`models has ${id} twice`);
      this.#entries.set(id, new Entry(model));
    }
    this.#default = idOf(models[0]!);
    for (const [alias, model] of Object.entries(aliases)) this.#aliases.set(alias, this.#entry(model).id);
    this.setCanary(canary);
    this.setShadow(shadow);
  }

  async acquire({ model, key }: Choice): Promise<Served> {
    let entry = model === undefined ? this.#champion() : this.#entry(model, unknownModel);
    // The share is of those who do not ask for a model.
    if (model === undefined && this.#takes(this.#canary, entry, key)) entry = this.#entry(this.#canary!.model);
    const loaded = await this.#loaded(entry).catch((cause: unknown) => {
      throw unavailable(cause);
    });
    const shadow = this.#takes(this.#shadow, entry, key) ? this.#entry(this.#shadow!.model) : undefined;
    return {
      ...loaded.hold(),
      ...(shadow === undefined ? {} : { observe: (records, made) => this.#compare(loaded, shadow, records, made) }),
    };
  }

  listen(listener: (event: HandlerEvent) => void): void {
    this.#listeners.push(listener);
  }

  list(): readonly ListedModel[] {
    return [...this.#entries.values()].flatMap(({ id, loaded }) => {
      if (loaded === undefined) return [];
      const aliases = [...this.#aliases].filter(([, target]) => target === id).map(([alias]) => alias);
      return [{ ...loaded.model, aliases }];
    });
  }

  async put(model: RolloutModel): Promise<ModelName> {
    checkModel(model);
    const entry = new Entry(model);
    const { model: name } = await this.#loaded(entry);
    const old = this.#entries.get(entry.id);
    this.#entries.set(entry.id, entry);
    old?.loaded?.retire();
    return name;
  }

  async point(alias: string, model: string): Promise<void> {
    const entry = this.#entry(model);
    await this.#loaded(entry);
    this.#aliases.set(alias, entry.id);
  }

  setCanary(share: Share | undefined): void {
    this.#canary = this.#checkedShare("canary", share);
  }

  setShadow(share: Share | undefined): void {
    this.#shadow = this.#checkedShare("shadow", share);
  }

  remove(model: string): void {
    const entry = this.#entry(model);
    const { id } = entry;
    const shares = [this.#canary, this.#shadow].flatMap((share) => (share === undefined ? [] : [share.model]));
    const isNamed = [...this.#aliases.values(), ...shares.map((name) => this.#entry(name).id)].includes(id);
    if (id === this.#default || id === this.#champion().id || isNamed) {
      throw invalid(`${id} cannot be removed: it is the default, or an alias, the canary or the shadow names it`);
    }
    this.#entries.delete(id);
    entry.loaded?.retire();
    this.#emit({ kind: "model", change: "removed", name: entry.name, version: entry.version });
  }

  #emit(event: HandlerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #champion(): Entry {
    return this.#entries.get(this.#aliases.get(CHAMPION) ?? this.#default)!;
  }

  /** The model of an alias, of `NAME@VERSION`, or of a name: the champion if it has that name, or the last version. */
  #entry(model: string, error: (model: string, names: readonly string[]) => Error = notThere): Entry {
    const exact = this.#entries.get(this.#aliases.get(model) ?? model);
    if (exact !== undefined) return exact;
    const versions = [...this.#entries.values()].filter(({ name }) => name === model);
    const found = versions.find((entry) => entry === this.#champion()) ?? versions.at(-1);
    if (found !== undefined) return found;
    throw error(model, [...this.#aliases.keys(), ...this.#entries.keys()]);
  }

  /** Loads a model once. A load that fails is tried again at the next request. */
  async #loaded(entry: Entry): Promise<Loaded> {
    if (entry.loaded !== undefined) return entry.loaded;
    const { name, version } = entry;
    entry.loading ??= entry.load();
    const { loading } = entry;
    try {
      return await within(this.#seconds, loading).then((loaded) => {
        if (entry.loaded === undefined) this.#emit({ kind: "model", change: "loaded", name, version });
        entry.loaded = loaded;
        return loaded;
      });
    } catch (cause) {
      // Of several requests that waited, the first reports it.
      if (entry.loading === loading) {
        entry.loading = undefined;
        this.#emit({ kind: "model", change: "refused", name, version, cause });
      }
      throw cause;
    }
  }

  #takes(share: Share | undefined, entry: Entry, key: string | undefined): boolean {
    if (share === undefined || key === undefined || this.#entry(share.model) === entry) return false;
    return placeOf(`${entry.name}/${key}`) * 100 < share.percent;
  }

  #checkedShare(option: string, share: Share | undefined): Share | undefined {
    if (share === undefined) return undefined;
    checkNames(share, ["model", "percent"]);
    const { model, percent } = share;
    checkKind(`${option}.percent`, percent, percent >= 0 && percent <= 100, "a number from 0 to 100");
    this.#entry(model);
    return { model, percent };
  }

  /** Scores the records with the shadow. The first requests only load it. */
  #compare(
    { model, scorer: { policy } }: Loaded,
    shadow: Entry,
    records: readonly CustomerRecord[],
    made: Scored,
  ): ShadowEvent | undefined {
    const other = shadow.loaded;
    if (other === undefined) {
      this.#loaded(shadow).catch(() => undefined);
      return undefined;
    }
    const { probability, tier } = other.scorer.scoreMany(records, { problemLimit: 0 });
    const { tiers } = other.scorer.policy;
    let [rows, sum, largest, tierChanges, failed] = [0, 0, 0, 0, 0];
    for (let row = 0; row < probability.length; row++) {
      const [before, after] = [made.probability[row]!, probability[row]!];
      if (Number.isNaN(before)) continue;
      if (Number.isNaN(after)) {
        failed += 1;
        continue;
      }
      rows += 1;
      sum += after - before;
      largest = Math.max(largest, Math.abs(after - before));
      if (policy.tiers[made.tier[row]!]?.name !== tiers[tier[row]!]?.name) tierChanges += 1;
    }
    const meanDifference = rows === 0 ? 0 : sum / rows;
    const difference = { rows, meanDifference, largestDifference: largest, tierChanges, failed };
    return { kind: "shadow", model, shadow: other.model, ...difference };
  }
}

/** A model, loaded or not. */
class Entry {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly #model: RolloutModel;
  loading: Promise<Loaded> | undefined;
  loaded: Loaded | undefined;

  constructor(model: RolloutModel) {
    this.id = idOf(model);
    this.name = model.name;
    this.version = model.version;
    this.#model = model;
  }

  async load(): Promise<Loaded> {
    const { name, version, source, integrity, publicKey, signature } = this.#model;
    const scorer = await load(await fileOf(source, this.id), {
      ...(integrity === undefined ? {} : { integrity }),
      ...(publicKey === undefined ? {} : { publicKey }),
      ...(signature === undefined ? {} : { signature: await fileOf(signature, `the signature of ${this.id}`) }),
    });
    return new Loaded(scorer, { name, version, sha256: (await scorer.model()).sha256 });
  }
}

async function fileOf(
  source: RolloutModel["source"],
  id: string,
): Promise<Exclude<RolloutModel["source"], () => unknown>> {
  return typeof source === "function" ? stored(await source(), id) : source;
}

async function stored(value: Stored, id: string): Promise<Uint8Array | ArrayBuffer> {
  if (value === null || value === undefined) throw new TenureError("fetch_failed", `the store has no file for ${id}`);
  return "arrayBuffer" in value ? value.arrayBuffer() : value;
}

/** A scorer that ends once it is retired and no request uses it. */
class Loaded {
  readonly scorer: Scorer;
  readonly model: ModelName;
  #held = 0;
  #isRetired = false;

  constructor(scorer: Scorer, model: ModelName) {
    this.scorer = scorer;
    this.model = model;
  }

  hold(): Served {
    this.#held += 1;
    let isReleased = false;
    return {
      scorer: this.scorer,
      model: this.model,
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#held -= 1;
        this.#end();
      },
    };
  }

  retire(): void {
    this.#isRetired = true;
    this.#end();
  }

  #end(): void {
    if (this.#isRetired && this.#held === 0) this.scorer.dispose();
  }
}

const idOf = ({ name, version }: RolloutModel): string => `${name}@${version}`;

function checkModel(model: RolloutModel): void {
  checkNames(model, ["name", "version", "source", "integrity", "publicKey", "signature"]);
  for (const key of ["name", "version"] as const) {
    if (typeof model[key] !== "string" || model[key] === "") {
      throw invalid(`${key} of a model must be a text, not ${kindOf(model[key])}`);
    }
  }
  if (model.source === undefined) throw invalid(`${idOf(model)} needs a source`);
}

const invalid = (message: string): TenureError => new TenureError("argument_invalid", message);

const notThere = (model: string, names: readonly string[]): TenureError =>
  invalid(`there is no model ${model}; the models are ${names.join(", ")}`);

/** A number from 0 up to 1 for a text, always the same: FNV-1a, then the last mix of MurmurHash3. */
function placeOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
