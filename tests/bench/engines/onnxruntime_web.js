/** onnxruntime-web on its wasm backend: one thread, SIMD. */

import * as ort from "onnxruntime-web";
import { startWith } from "./onnxruntime.js";

export const isAsync = true;

export async function start(given) {
  ort.env.wasm.numThreads = 1;
  if (given.vendor !== undefined) ort.env.wasm.wasmPaths = given.vendor;
  return startWith(ort, given, { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
}
