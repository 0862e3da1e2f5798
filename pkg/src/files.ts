/** Local files, for runtimes with a file system. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
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
