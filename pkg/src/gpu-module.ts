/**
 * The WebAssembly module for graphics devices: finding an adapter, loading the module, failures and
 * their codes.
 */

import type { Engine } from "../wasm/tenure.js";
import type { DeviceChoice, GpuFiles } from "./device.js";

/** Longest time to wait for a device, in milliseconds. */
const PATIENCE = 30_000;
/**
 * Names of adapters that compute on the CPU, for browsers that do not mark them as fallback
 * adapters.
 */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** The exports of the module: the engine of the first module, extended by a device. */
export interface GpuModule {
  default(options: { module_or_path: string }): Promise<{ memory: WebAssembly.Memory }>;
  on_panic(callback: (message: string) => void): void;
  Engine: new (bytes: Uint8Array) => GpuEngine;
}

export interface GpuEngine extends Engine {
  open_device(): Promise<Device>;
  stage(rows: number): void;
  stage_block(rows: number): number;
  finish_block(rows: number): void;
  stage_explanation(row: number, budget: number, tolerance: number, seed: number): number;
}

export interface Device {
  name(): string;
  is_software(): boolean;
  score(engine: GpuEngine): Promise<Float32Array>;
  explain(engine: GpuEngine): Promise<Float32Array>;
  destroy(): void;
  free(): void;
}

let started: Promise<{ module: GpuModule; memory: WebAssembly.Memory; failure: Promise<never> }> | undefined;

/** Starts the module, once in each realm. After a failure the next call tries again. */
export function start(gpu: GpuFiles | URL | string): NonNullable<typeof started> {
  const starting = async () => {
    const { script, wasm } = located(gpu);
    // Bundlers must leave this address alone. `build/bundle.js` tells them so: minifying drops
    // comments.
    const module = (await import(script)) as GpuModule;
    const { memory } = await module.default({ module_or_path: wasm });
    const failure = new Promise<never>((_, reject) => {
      module.on_panic((message) => {
        started = undefined;
        reject(failed("device_failed", message));
      });
    });
    failure.catch(() => undefined);
    return { module, memory, failure };
  };
  started ??= starting().catch((error: unknown) => {
    started = undefined;
    throw failed("module_unavailable", `the WebGPU module cannot be used: ${messageOf(error)}`);
  });
  return started;
}

/** The addresses of the files, given as such or by their folder. */
function located(gpu: GpuFiles | URL | string): GpuFiles {
  if (typeof gpu === "object" && "script" in gpu) return gpu;
  const folder = new URL(String(gpu), globalThis.location?.href);
  const address = (name: string): string => new URL(name, folder).href;
  return { script: address("tenure_gpu.js"), wasm: address("tenure_gpu_bg.wasm") };
}

/** A failure of the device, with a code of `WorkedOn.reason`. */
export const failed = (code: string, message: string): Error => Object.assign(new Error(message), { code });
export const codeOf = (error: unknown): string | undefined => {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : undefined;
};
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Waits for the first of the promises, at most 30 seconds: an exception inside the module can leave
 * a promise pending.
 */
export async function soon<T>(...promises: Promise<T>[]): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    const late = (): void => reject(failed("device_refused", "the browser gave no device within 30 seconds"));
    timer = setTimeout(late, PATIENCE);
  });
  return Promise.race([...promises, silence]).finally(() => clearTimeout(timer));
}

/** The part of `navigator.gpu` that is used here. */
interface Adapters {
  requestAdapter(options: object): Promise<{ readonly isFallbackAdapter?: boolean; readonly info?: object } | null>;
}

/**
 * Finds an adapter, before anything is downloaded, and returns its name. With `auto`, emulated
 * adapters do not count.
 */
export async function findAdapter(choice: DeviceChoice): Promise<string> {
  const gpu = (globalThis.navigator as { gpu?: Adapters } | undefined)?.gpu;
  if (gpu === undefined) throw failed("adapter_missing", "this runtime has no WebGPU");
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) throw failed("adapter_missing", "the browser gives no graphics adapter");
  const info = (adapter.info ?? {}) as Record<string, unknown>;
  const words = ["vendor", "architecture", "device", "description"]
    .map((key) => info[key])
    .filter(Boolean)
    .join(" ");
  const isSoftware = adapter.isFallbackAdapter || info["isFallbackAdapter"] === true || SOFTWARE.test(words);
  if (choice === "auto" && isSoftware) {
    throw failed("adapter_software", "the graphics adapter is emulated on the CPU");
  }
  return words;
}
