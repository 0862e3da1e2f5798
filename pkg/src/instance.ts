/** The WebAssembly module: fetched, compiled and started once in each JavaScript realm, shared by every scorer. */

import { initSync } from "../wasm/tenure.js";
import { answered, fetchOk, isResponse } from "./source.js";
import { TenureError } from "./tenure-error.js";

/** `WebAssembly.Module`; some object where the compiler's libraries do not know it (Node's without the DOM's). */
export type WasmModule = typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } }
  ? Module
  : object;

/** Where the module may come from. A `Module` is the only one that edge runtimes accept. */
export type WasmSource = WasmModule | ArrayBuffer | ArrayBufferView | Response | URL | string;

const MOVED =
  '. If a bundler moved the file, give its address as options.wasm; Vite before 8 needs optimizeDeps: { exclude: ["tenure"] }';

/**
 * A page's own thread compiles bytes beside it; everywhere else waiting buys nothing: functions are compiled when they are
 * first called, so that what is waited for is some milliseconds of checking.
 */
const ON_PAGE = typeof document !== "undefined";

let memory: Promise<WebAssembly.Memory> | undefined;

/** @internal Starts the module, or waits for the start that is under way. After a failure the next call tries again. */
export function wasmMemory(source: () => WasmSource | Promise<WasmSource>): Promise<WebAssembly.Memory> {
  memory ??= instantiate(source).catch((error: unknown) => {
    memory = undefined;
    throw error;
  });
  return memory;
}

async function instantiate(source: () => WasmSource | Promise<WasmSource>): Promise<WebAssembly.Memory> {
  try {
    const module = await compiled(await source());
    // wasm-bindgen keeps whatever module it is given first: one that is not ours must not get that far.
    if (!WebAssembly.Module.exports(module).some(({ name }) => name === "engine_new")) {
      throw new Error("it is a WebAssembly module, but not Tenure's");
    }
    // Starting at once is allowed on pages too, for modules of up to 8 MB, since Chrome 115 (July 2023). The waiting way
    // would be more to download, and in Node asks for `Response`, which loads its whole fetch.
    return initSync({ module }).memory;
  } catch (error) {
    throw unavailable(error);
  }
}

async function compiled(source: WasmSource): Promise<WebAssembly.Module> {
  if (typeof source === "string" || source instanceof URL) return compiledResponse(await fetchOk(source));
  if (isResponse(source)) return compiledResponse(answered(source));
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source as WebAssembly.Module;
  return ON_PAGE ? WebAssembly.compile(source as BufferSource) : new WebAssembly.Module(source as BufferSource);
}

/** A response is compiled while it arrives if the server gave it wasm's media type; browsers refuse to with any other. */
async function compiledResponse(response: Response): Promise<WebAssembly.Module> {
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  // Development servers answer with the page itself where there is no such file.
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
    return ". This runtime compiles no bytes: import the .wasm file as a module and hand it in as options.wasm";
  }
  if (/^cannot read .*HTTP 404/.test(reason)) return MOVED;
  if (/content.security.policy|unsafe-eval|blocked by CSP/i.test(reason)) {
    return ". Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy";
  }
  return "";
}
