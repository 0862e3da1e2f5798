/** onnxruntime-node, the native library, on two threads. */

import * as ort from "onnxruntime-node";
import { startWith } from "./onnxruntime.js";

export const isAsync = true;

export async function start(given) {
  return startWith(ort, given, { executionProviders: ["cpu"], graphOptimizationLevel: "all", intraOpNumThreads: 2 });
}
