/** The options of `load`, and their names. */

import type { DeviceChoice, GpuFiles } from "./device.js";
import type { WasmSource } from "./instance.js";
import type { Messages } from "./locale.js";
import type { ArtifactSource } from "./source.js";

/** Options of `load`. */
export interface LoadOptions {
  /**
   * The WebAssembly module, for a page whose bundler moves it, or whose files are on another host:
   * a compiled `Module`, its bytes, a `Response`, or an address. In Node an address can also be a
   * `file:` URL or a path. The module starts once in each realm, so only the first `load` reads this
   * option. Default: the file in the package.
   */
  readonly wasm?: WasmSource;
  /**
   * Which device `scoreManyAsync`, `explainMany` and `importance` use. Synchronous methods always
   * use the CPU. Choices other than `cpu` need the option `gpu`. Default: `cpu`.
   */
  readonly device?: DeviceChoice;
  /**
   * The module for graphics devices: `gpu` from `tenure/gpu`, or, if a bundler does not copy its
   * files, the address of the package's folder `gpu/` with a slash at the end. It is fetched when it
   * is first used.
   */
  readonly gpu?: GpuFiles | URL | string;
  /**
   * The day that date fields count back from, as `2024-01-31` or a `Date`: the day on which the
   * records were taken. It is `--reference` of the command `tenure`. Default: the reference day of
   * the training table.
   */
  readonly reference?: string | Date;
  /**
   * The messages for sentences, values and labels, such as `german` from `tenure/german`. Default:
   * English.
   */
  readonly locale?: Messages;
  /**
   * The hash that the model must have, as in the attribute `integrity` of HTML: `sha256-…`, `sha384-…` or
   * `sha512-…` in base64. Several are separated by blanks: of the strongest algorithm among them, one
   * must fit. Default: any model is loaded.
   */
  readonly integrity?: string;
  /**
   * The key that must have signed the model: the text of a public key that `tenure keygen` writes,
   * `tenure-ed25519-public:…`. It needs the option `signature`. Default: any model is loaded.
   */
  readonly publicKey?: string;
  /**
   * The signature that `tenure sign` writes beside a model, such as `model.safetensors.sig`: its
   * address, a `Response` or its bytes. It needs the option `publicKey`.
   */
  readonly signature?: ArtifactSource;
  /**
   * What the model may cost, for a caller who trusts it, or who has less time. Only `load` of
   * `tenure/decide` has this option, on the device `cpu`. Default: explanations of about a tenth of a
   * second on one processor.
   */
  readonly limits?: ModelLimits;
}

/** What a model may cost. One that costs more is refused with the code `artifact_price`. */
export interface ModelLimits {
  /**
   * Steps of formulas that one explanation takes: over the background rows and the derived features,
   * the feature's numbers, fields, calls and parentheses, times 2 to the number of its fields. Default:
   * 8,388,608.
   */
  readonly formulaSteps?: number;
  /**
   * Multiply-adds of the smallest explanation: 16 evaluations of the hidden layers for each background
   * row. Default: 268,435,456.
   */
  readonly multiplyAdds?: number;
}

/** @internal The names of {@link LoadOptions}. */
export const LOAD_OPTIONS: readonly string[] = Object.keys({
  wasm: 0,
  device: 0,
  gpu: 0,
  reference: 0,
  locale: 0,
  integrity: 0,
  publicKey: 0,
  signature: 0,
  limits: 0,
} satisfies Record<keyof LoadOptions, 0>);
