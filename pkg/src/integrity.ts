/** The options of `load` that say which model is meant: `integrity`, and `publicKey` with `signature`. */

import { TenureError } from "./tenure-error.js";

/** What a model must be. */
export interface Trust {
  readonly integrity?: string | undefined;
  readonly publicKey?: string | undefined;
  /** The bytes of the signature's file. */
  readonly signature?: Uint8Array | undefined;
}

/** Checks what is given. What computes hashes and verifies signatures is loaded only then. */
export async function verified(bytes: Uint8Array, { integrity, publicKey, signature }: Trust): Promise<void> {
  if (integrity !== undefined) await (await import("./digest.js")).checkIntegrity(bytes, integrity);
  if (publicKey === undefined && signature === undefined) return;
  if (publicKey === undefined || signature === undefined) {
    throw new TenureError("argument_invalid", "publicKey and signature must be given together");
  }
  await (await import("./signature.js")).checkSignature(bytes, publicKey, signature);
}
