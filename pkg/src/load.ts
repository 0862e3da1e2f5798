/** `load`, made once for each platform; they differ in where the WebAssembly lies and whether files can be read. */

import { Engine } from "../wasm/tenure.js";
import type { DeviceChoice } from "./device.js";
import { fromCore } from "./error.js";
import { plain } from "./fields.js";
import { graphics } from "./graphics.js";
import { type WasmSource, wasmMemory } from "./instance.js";
import type { Messages } from "./locale.js";
import { Scorer } from "./scorer.js";
import { type ArtifactSource, artifactBytes, type ReadFile } from "./source.js";
import { TenureError } from "./tenure-error.js";

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
  /**
   * The day that date fields count back from, year first as in `2024-01-31`, where the records are of another day than the
   * table that the model was trained on; as `--reference` of the `tenure` command.
   */
  readonly reference?: string | Date;
  /** The language of sentences, values and labels: a table such as `german` of `tenure/german`. English unless given. */
  readonly locale?: Messages;
}

const DEVICES: readonly unknown[] = ["cpu", "webgpu", "auto"] satisfies DeviceChoice[];

/**
 * Loads an artifact. The one thing to wait for: afterwards every method of the scorer is synchronous.
 *
 * @param source the `model.safetensors` that `tenure train` wrote: address, `Response` or bytes.
 * @throws TenureError `fetch_failed` (with address and status), `wasm_unavailable`, `artifact_…` (not an artifact, or
 *   not a sound one), `argument_invalid` (a source of another type, a table of messages with problems, a reference that is
 *   no date or whose model has no date field).
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
    const { wasm, locale, device = "cpu", gpu, reference } = options;
    if (!DEVICES.includes(device)) {
      throw new TenureError("argument_invalid", `device must be "cpu", "webgpu" or "auto", not ${String(device)}`);
    }
    const [bytes, memory] = await Promise.all([
      artifactBytes(source, platform.readFile),
      wasmMemory(() => wasm ?? platform.wasm()),
    ]);
    try {
      const engine = new Engine(bytes);
      const day = reference === undefined ? undefined : isoDay(engine.set_reference(String(plain(reference))));
      if (locale !== undefined) engine.set_messages(JSON.stringify(locale) ?? "");
      return new Scorer(
        engine,
        memory,
        day,
        device === "cpu" ? undefined : graphics(bytes, { choice: device, folder: gpu, reference: day }),
      );
    } catch (error) {
      throw fromCore(error);
    }
  };
}

/** A day counted from 1970-01-01, as a schema writes it. */
const isoDay = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);
