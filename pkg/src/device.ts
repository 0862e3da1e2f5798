/** Where work is done: the choice of a device, and what is said about it. The graphics device itself is in webgpu.ts. */

import { collectProblems } from "./batch.js";
import { readDocument } from "./document.js";
import { TenureError } from "./error.js";
import { fieldReaders } from "./fields.js";
import { Views } from "./views.js";
import type { Graphics } from "./webgpu.js";

/**
 * `cpu`: never a graphics device. `webgpu`: one where there is any, however slow. `auto`: one where it was measured on
 * this machine to be faster for as much work, never one that is emulated on the CPU.
 */
export type DeviceChoice = "cpu" | "webgpu" | "auto";

/** Which device did the work, and why it was the CPU where a graphics device was allowed. */
export interface WorkedOn {
  readonly device: "cpu" | "webgpu";
  /**
   * A code and a sentence. `adapter_missing`, `adapter_software` (under `auto`), `device_refused`, `limits`, `shape` (the
   * network is too large for the kernels), `device_failed` (lost, or out of memory), `module_unavailable`, `not_measured`
   * and `slower` (under `auto`), `not_asked` (the scorer was loaded without a device).
   */
  readonly reason?: { readonly code: string; readonly message: string };
}

/** What is known about the graphics device. */
export interface DeviceReport extends WorkedOn {
  /** The adapter's name, where the browser tells it. */
  readonly name?: string;
  /** Under `auto`: from so many rows on the graphics device is faster; infinite if never. */
  readonly rows?: number;
  /** Under `auto`: from so many customers that are explained together on it is faster. */
  readonly walks?: number;
}

/** @internal A CPU result's reason. */
export const onCpu = (code: string, message: string): WorkedOn => ({ device: "cpu", reason: { code, message } });

const SHARED = { collectProblems, fieldReaders, readDocument, TenureError, Views };

/** @internal What the entry hands to the code of the graphics device, which is a script of its own. */
export type Shared = typeof SHARED;

/** @internal What `load` was told of a device, and the day that dates were told to count from. */
export interface GraphicsOptions {
  readonly choice: DeviceChoice;
  readonly folder: URL | string | undefined;
  readonly reference: string | undefined;
}

/** @internal Loads the code of the graphics device, a few kilobytes without the module; or says why there is none. */
export async function graphics(bytes: Uint8Array, options: GraphicsOptions): Promise<Graphics | WorkedOn> {
  try {
    const { Graphics } = await import("./webgpu.js");
    return new Graphics(SHARED, bytes, options);
  } catch (error) {
    return onCpu("module_unavailable", `the code for graphics devices cannot be loaded: ${String(error)}`);
  }
}
