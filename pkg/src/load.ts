/**
 * Makes `load` for a WebAssembly module and a platform. Platforms differ in where the module is and
 * whether they read files. `scoring.ts` and `deciding.ts` name the modules.
 */

import type { Engine } from "../wasm/tenure.js";
import type { DeviceChoice } from "./device.js";
import { checkNames, fromCore, kindOf, textOf } from "./error.js";
import { dateText } from "./fields.js";
import { graphics } from "./graphics.js";
import { type Glue, type WasmSource, wasmMemory } from "./instance.js";
import { verified } from "./integrity.js";
import { LOAD_OPTIONS, type LoadOptions, type ModelLimits } from "./load-options.js";
import type { Scorer } from "./scorer.js";
import { type ArtifactSource, artifactBytes, type ReadFile, signatureBytes } from "./source.js";
import { TenureError } from "./tenure-error.js";

const DEVICES: readonly unknown[] = ["cpu", "webgpu", "auto"] satisfies DeviceChoice[];

/**
 * Loads an artifact and starts the WebAssembly module.
 *
 * @param source the file `model.safetensors` that `tenure train` writes: its address, a `Response`
 *   or its bytes.
 * @param options see {@link LoadOptions}.
 * @returns a scorer, whose methods are synchronous unless they return a promise or an async
 *   iterator.
 * @throws TenureError `fetch_failed` with the address and the status; `wasm_unavailable`;
 *   `integrity_mismatch` with the option `integrity`, `signature_invalid` with `publicKey`, and
 *   `crypto_unavailable` with either; `artifact_…` if the file is not a valid artifact; `argument_invalid` for a source of another
 *   type, for an option that does not exist, for a device without `gpu`, for messages with problems, and for a reference that is not a date or whose model has no
 *   date field.
 * @example
 * ```js
 * import { load } from "tenure";
 *
 * const scorer = await load("model.safetensors");
 * const fields = scorer.schema.fields.map(({ name }) => name);
 * ```
 */
export type Load = <C = unknown>(source: ArtifactSource, options?: LoadOptions) => Promise<Scorer<C>>;

/** What differs between platforms. */
export interface Platform {
  /** The module that ships with the package. */
  wasm(): WasmSource | Promise<WasmSource>;
  readonly readFile?: ReadFile;
}

/** @internal A WebAssembly module, and the class of its scorers. */
export interface Core extends Glue {
  readonly Engine: new (bytes: Uint8Array) => Engine;
  /** Checks limits, and returns what reads a model within them; only the module that decides has it. */
  readonly within?: (limits: ModelLimits) => (bytes: Uint8Array) => Engine;
  readonly Scorer: typeof Scorer;
}

/** @internal Makes `load` for a module and a platform. */
export function loader(core: Core, platform: Platform): Load {
  return async <C>(source: ArtifactSource, options: LoadOptions = {}) => {
    checkNames(options, LOAD_OPTIONS);
    const { wasm, locale, device = "cpu", gpu, reference, integrity, publicKey, signature, limits } = options;
    if (!DEVICES.includes(device)) {
      throw new TenureError("argument_invalid", `device must be "cpu", "webgpu" or "auto", not ${textOf(device)}`);
    }
    if (device !== "cpu" && gpu === undefined) {
      throw new TenureError("argument_invalid", `device "${device}" needs the option gpu, which tenure/gpu exports`);
    }
    const read = limits === undefined ? (bytes: Uint8Array) => new core.Engine(bytes) : within(core, limits, device);
    const [bytes, memory, signed] = await Promise.all([
      artifactBytes(source, platform.readFile),
      wasmMemory(core, () => wasm ?? platform.wasm(), platform.readFile),
      signatureBytes(signature, platform.readFile),
    ]);
    await verified(bytes, { integrity, publicKey, signature: signed });
    try {
      const engine = read(bytes);
      const day =
        reference === undefined
          ? undefined
          : isoDay(engine.set_reference(dateText(reference as Date) ?? textOf(reference)));
      if (locale !== undefined) engine.set_messages(messages(locale));
      return new core.Scorer<C>(
        engine,
        memory,
        bytes,
        day,
        device === "cpu" ? undefined : graphics(bytes, { choice: device, gpu: gpu!, reference: day }),
      );
    } catch (error) {
      throw fromCore(error);
    }
  };
}

function within(core: Core, limits: ModelLimits, device: DeviceChoice): (bytes: Uint8Array) => Engine {
  if (core.within === undefined || device !== "cpu") {
    const message = 'limits needs load of tenure/decide and the device "cpu": the other modules have no room for it';
    throw new TenureError("argument_invalid", message);
  }
  return core.within(limits);
}

function messages(locale: unknown): string {
  try {
    return JSON.stringify(locale) ?? "";
  } catch (cause) {
    const given = kindOf(locale);
    throw new TenureError("argument_invalid", `locale must be a table of messages, not ${given}`, [], { cause });
  }
}

/** Converts a number of days since 1970-01-01 to an ISO 8601 date. */
const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
