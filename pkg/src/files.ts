/** Local files, for runtimes with a file system. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchFailed, type ReadFile } from "./source.js";

/** A scheme has at least two letters, so `C:\model.safetensors` is a path. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** Reads `file:` addresses and paths relative to the working directory. */
export const readLocal: ReadFile = (address) => {
  const text = String(address);
  const isFile = /^file:/i.test(text);
  if (SCHEME.test(text) && !isFile) return undefined;
  return readFile(isFile ? fileURLToPath(text) : resolve(text)).catch((error: unknown) =>
    Promise.reject(fetchFailed(text, error)),
  );
};

/**
 * Reads a WebAssembly module of the package. Synchronous, as Node reads scripts: an asynchronous read
 * takes longer than the read itself.
 */
export function readPackaged(address: () => string, name: string): Uint8Array {
  try {
    // As a path, because Node refuses a URL of another class than its own, and Next.js gives programs
    // such a class.
    return readFileSync(fileURLToPath(address()));
  } catch {
    // webpack in Next.js makes it an address of the site. The file is also where it was installed.
    return readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../wasm", name));
  }
}
