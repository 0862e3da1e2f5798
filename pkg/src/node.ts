/** Tenure for Node, Bun and Deno: the WebAssembly module and local artifacts are read from the file system. */

import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Load, loader } from "./load.js";
import { fetchFailed, type ReadFile } from "./source.js";

export * from "./public.js";

/** A scheme has two letters at least, so that `C:\model.safetensors` is a path. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

const readLocal: ReadFile = (address) => {
  const text = String(address);
  const url = SCHEME.test(text) ? new URL(text) : pathToFileURL(resolve(text));
  if (url.protocol !== "file:") return undefined;
  return readFile(url).catch((error: unknown) => Promise.reject(fetchFailed(text, error)));
};

/** Loads an artifact: sources, options and errors stand at {@link Load}. */
export const load: Load = loader({
  // A part of the package, as its scripts are, and read as they are: the waiting way takes longer than the reading.
  wasm: () => readFileSync(new URL("../wasm/tenure_bg.wasm", import.meta.url)),
  readFile: readLocal,
});
