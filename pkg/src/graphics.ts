/** Loads the code of the graphics device (`webgpu.ts`) when a scorer asks for one. */

import { Findings } from "./batch.js";
import { onCpu, type WorkedOn } from "./device.js";
import { readDocument } from "./document.js";
import { fieldReaders } from "./fields.js";
import { TenureError } from "./tenure-error.js";
import { Views } from "./views.js";
import type { Graphics, GraphicsOptions, Shared } from "./webgpu.js";

const SHARED: Shared = { Findings, fieldReaders, readDocument, TenureError, Views };

/**
 * @internal Loads the code for graphics devices, or says why it cannot be loaded. The wasm module
 *   comes later.
 */
export async function graphics(bytes: Uint8Array, options: GraphicsOptions): Promise<Graphics | WorkedOn> {
  try {
    const { Graphics } = await import("./webgpu.js");
    return new Graphics(SHARED, bytes, options);
  } catch (error) {
    return onCpu("module_unavailable", `the code for graphics devices cannot be loaded: ${String(error)}`);
  }
}
