/**
 * The WebAssembly module: fetched, compiled and started once in each JavaScript realm. All scorers
 * share it.
 */

import { answered, fetchOk, isAddress, isResponse, type ReadFile } from "./source.js";
import { TenureError } from "./tenure-error.js";

/**
 * `WebAssembly.Module`, or `object` if TypeScript's libraries do not declare it (with Node's types
 * but without `DOM`).
 */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

/**
 * The WebAssembly module: compiled, as bytes, as a `Response`, or an address. Edge runtimes accept
 * only a `Module`.
 */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | Response | URL | string;

/** @internal A WebAssembly module of the package, with what wasm-bindgen wrote around it. */
export interface Glue {
  /** The stem of its files: `wasm/NAME.js` and `wasm/NAME_bg.wasm`. */
  readonly name: string;
  /** Starts it. */
  initSync(options: { readonly module: WebAssembly.Module }): { readonly memory: WebAssembly.Memory };
}

const MOVED =
  ". If a bundler did not copy the file, import from tenure/inline (or tenure/decide/inline), or pass its address as options.wasm";

/**
 * On a page, bytes are compiled asynchronously, so that its thread stays free. Elsewhere they are
 * compiled synchronously, which takes some milliseconds: engines compile a function when it is
 * first called.
 */
const ON_PAGE = typeof document !== "undefined";

let memory: Promise<WebAssembly.Memory> | undefined;

/**
 * @internal Starts the module, or waits for a start in progress. After a failure the next call
 *   tries again.
 */
export function wasmMemory(
  glue: Glue,
  source: () => WasmSource | Promise<WasmSource>,
  readFile?: ReadFile,
): Promise<WebAssembly.Memory> {
  memory ??= instantiate(glue, source, readFile).catch((error: unknown) => {
    memory = undefined;
    throw error;
  });
  return memory;
}

async function instantiate(
  glue: Glue,
  source: () => WasmSource | Promise<WasmSource>,
  readFile?: ReadFile,
): Promise<WebAssembly.Memory> {
  try {
    const module = await compiled(await source(), readFile);
    // wasm-bindgen keeps the first module that it gets, so another module must be refused before. Each
    // imports from the script around it.
    const own = `${glue.name}_bg`;
    if (!WebAssembly.Module.imports(module).some((needed) => needed.module === `./${own}.js`)) {
      throw new Error(`it is not the module of this entry: pass tenure/wasm/${own}.wasm of this version`);
    }
    // Pages may start modules of up to 8 MB synchronously since Chrome 115 (July 2023). Starting
    // asynchronously is more code to download, and in Node it touches `Response`, which loads all
    // of fetch.
    return glue.initSync({ module }).memory;
  } catch (error) {
    throw unavailable(error);
  }
}

async function compiled(given: WasmSource, readFile?: ReadFile): Promise<WebAssembly.Module> {
  let source = given;
  if (isAddress(source)) {
    const file = await readFile?.(source);
    if (file === undefined) return compiledResponse(await fetchOk(source));
    source = file;
  }
  if (isResponse(source)) return compiledResponse(answered(source));
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source as WebAssembly.Module;
  return ON_PAGE ? WebAssembly.compile(source as BufferSource) : new WebAssembly.Module(source as BufferSource);
}

/**
 * Compiles a response, while it arrives if its media type is WebAssembly's. Browsers demand that
 * media type.
 */
async function compiledResponse(response: Response): Promise<WebAssembly.Module> {
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  // Development servers answer with the page if a file does not exist.
  if (mediaType === "text/html") throw new Error(`${response.url || "the response"} is HTML, not WebAssembly${MOVED}`);
  const streams = mediaType === "application/wasm" && typeof WebAssembly.compileStreaming === "function";
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

function unavailable(error: unknown): TenureError {
  const reason = error instanceof Error ? error.message : String(error);
  const problems = error instanceof TenureError ? error.problems : [];
  return new TenureError(
    "wasm_unavailable",
    `the WebAssembly module cannot be used: ${reason}${remedy(reason)}`,
    problems,
    { cause: error },
  );
}

function remedy(reason: string): string {
  if (/disallowed by embedder/i.test(reason)) {
    return ". This runtime does not compile bytes: import the .wasm file as a module and pass it as options.wasm";
  }
  if (/^cannot read .*HTTP 404/.test(reason)) return MOVED;
  if (/content.security.policy|unsafe-eval|blocked by CSP/i.test(reason)) {
    return ". Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy";
  }
  return "";
}
