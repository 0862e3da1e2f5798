/** Where work is done: the choice of a device, and what a result says about it. */

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
