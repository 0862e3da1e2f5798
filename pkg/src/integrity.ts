/** The option `integrity` of `load`. */

/** Checks it, if it is given. What computes hashes is loaded only then. */
export async function verified(bytes: Uint8Array, integrity: string | undefined): Promise<void> {
  if (integrity !== undefined) await (await import("./digest.js")).checkIntegrity(bytes, integrity);
}
