/** Local files, for runtimes with a file system. */

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { fetchFailed, type ReadFile } from "./source.js";

/** A scheme has at least two letters, so `C:\model.safetensors` is a path. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** Reads `file:` addresses and paths relative to the working directory. */
export const readLocal: ReadFile = (address) => {
  const text = String(address);
  const url = SCHEME.test(text) ? new URL(text) : pathToFileURL(resolve(text));
  if (url.protocol !== "file:") return undefined;
  return readFile(url).catch((error: unknown) => Promise.reject(fetchFailed(text, error)));
};
