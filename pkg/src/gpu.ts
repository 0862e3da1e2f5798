/**
 * `tenure/gpu`: where the two files of the module for graphics devices are. Bundlers recognise the
 * two `new URL` below and copy the files, so a program that does not import this entry never meets
 * them. A page downloads them when a device is first used.
 */

import type { GpuFiles } from "./device.js";

export type { GpuFiles } from "./device.js";

/**
 * The files in the package, for the option `gpu` of `load`.
 *
 * @example
 * ```js
 * import { load } from "tenure";
 * import { gpu } from "tenure/gpu";
 *
 * const scorer = await load("model.safetensors", { device: "auto", gpu });
 * const { device, reason } = await scorer.device();
 * ```
 */
export const gpu: GpuFiles = {
  script: new URL("../gpu/tenure_gpu.js", import.meta.url).href,
  wasm: new URL("../gpu/tenure_gpu_bg.wasm", import.meta.url).href,
};
