/** `load`, made once for each platform; they differ in where the WebAssembly lies and whether files can be read. */

import { Engine } from "../wasm/tenure.js";
import { type DeviceChoice, graphics } from "./device.js";
import { fromCore, TenureError } from "./error.js";
import { wasmMemory, type WasmSource } from "./instance.js";
import type { Messages } from "./locale.js";
import { Scorer } from "./scorer.js";
import { type ArtifactSource, artifactBytes, type ReadFile } from "./source.js";

/** Options of {@link Load}. */
export interface LoadOptions {
  /**
   * The WebAssembly module, where the package cannot find it by itself (a bundler that moves files, a content delivery
   * network): a compiled `Module`, its bytes, a `Response`, or an address. The module is started once in each realm, so
   * the first `load` decides.
   */
  readonly wasm?: WasmSource;
  /**
   * Where `scoreManyAsync` works: on the `cpu` (unless told otherwise), on a graphics device by `webgpu` where there is
   * any, or by `auto` where one is measured to be faster. What is synchronous works on the CPU always. The code for a
   * graphics device is loaded when it is first used.
   */
  readonly device?: DeviceChoice;
  /** The address of the package's folder `gpu/`, with a slash at the end, where a bundler does not find its files. */
  readonly gpu?: URL | string;
  /** The language of sentences, values and labels: a table such as `german` of `tenure/german`. English unless given. */
  readonly locale?: Messages;
}

const DEVICES: readonly unknown[] = ["cpu", "webgpu", "auto"] satisfies DeviceChoice[];

/**
 * Loads an artifact. The one thing to wait for: afterwards every method of the scorer is synchronous.
 *
 * @param source the `model.safetensors` that `tenure train` wrote: address, `Response` or bytes.
 * @throws TenureError `fetch_failed` (with address and status), `wasm_unavailable`, `artifact_…` (not an artifact, or
 *   not a sound one), `argument_invalid` (a source of another type, a table of messages with problems).
 */
export type Load = (source: ArtifactSource, options?: LoadOptions) => Promise<Scorer>;

/** What a platform brings. */
export interface Platform {
  /** The module that ships with the package. */
  wasm(): WasmSource | Promise<WasmSource>;
  readonly readFile?: ReadFile;
}

/** `load` for a platform. */
export function loader(platform: Platform): Load {
  return async (source, options = {}) => {
    const { wasm, locale, device = "cpu", gpu } = options;
    if (!DEVICES.includes(device)) {
      throw new TenureError("argument_invalid", `device must be "cpu", "webgpu" or "auto", not ${String(device)}`);
    }
    const [bytes, memory] = await Promise.all([
      artifactBytes(source, platform.readFile),
      wasmMemory(() => wasm ?? platform.wasm()),
    ]);
    try {
      const engine = new Engine(bytes);
      if (locale !== undefined) engine.set_messages(JSON.stringify(locale) ?? "");
      if (device === "cpu") return new Scorer(engine, memory);
      return new Scorer(engine, memory, graphics(bytes, device, gpu));
    } catch (error) {
      throw fromCore(error);
    }
  };
}
