/** Where work is done: the choice of a device, and what a result says about it. */

/**
 * Which device does the asynchronous work:
 *
 * - `cpu`: always the CPU.
 * - `webgpu`: a graphics device if there is one, however slow.
 * - `auto`: a graphics device if a measurement on this machine shows that it is faster for this
 *   amount of work. Devices that are emulated on the CPU do not count.
 */
export type DeviceChoice = "cpu" | "webgpu" | "auto";

/** The addresses of the module for graphics devices, which `tenure/gpu` exports. */
export interface GpuFiles {
  /** Address of `tenure_gpu.js`. */
  readonly script: string;
  /** Address of `tenure_gpu_bg.wasm`. */
  readonly wasm: string;
}

/** Which device did the work, and the reason if it was the CPU. */
export interface WorkedOn {
  /** The device that did the work. */
  readonly device: "cpu" | "webgpu";
  /**
   * Why the CPU did the work, as a code and a sentence; absent if a graphics device did it. The
   * codes:
   *
   * - `not_asked`: the scorer was loaded with `device: "cpu"`, the default.
   * - `adapter_missing`: the runtime has no WebGPU, or no graphics adapter.
   * - `adapter_software`: the adapter is emulated on the CPU (with `auto` only).
   * - `device_refused`: the browser gave no device.
   * - `limits`: the device's limits are too small.
   * - `shape`: the network is too large for the device's kernels.
   * - `device_failed`: the device was lost or ran out of memory, or the scorer was disposed.
   * - `module_unavailable`: the WebAssembly module for graphics devices cannot be loaded.
   * - `not_measured`: the device is not measured yet (with `auto` only).
   * - `slower`: the CPU is faster for this amount of work (with `auto` only).
   */
  readonly reason?: {
    /** One of the codes above. */
    readonly code: string;
    /** The reason as a sentence. */
    readonly message: string;
  };
}

/** The device of a scorer, and what was measured about it. */
export interface DeviceReport extends WorkedOn {
  /** The adapter's name; absent if the browser does not give one. */
  readonly name?: string;
  /**
   * With `auto`, once measured: scoring is faster on the device from this many rows on. Infinity
   * means never.
   */
  readonly rows?: number;
  /**
   * With `auto`, once measured: explaining is faster on the device from this many customers on.
   * Infinity means never.
   */
  readonly walks?: number;
}

/** @internal The CPU, with the reason. */
export const onCpu = (code: string, message: string): WorkedOn => ({ device: "cpu", reason: { code, message } });
