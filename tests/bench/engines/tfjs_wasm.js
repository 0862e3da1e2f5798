/** TensorFlow.js on its wasm backend: one thread, SIMD, fused matrix products. */

import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { unpackWeights } from "../network.js";

export const isAsync = false;

export async function start({ read, network, vendor }) {
  if (vendor !== undefined) setWasmPaths(vendor);
  setThreadsCount(1);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");
  const { layers, output, direct } = unpackWeights(network, new Float32Array(await read("weights.bin")));
  const onBackend = ({ inputs, outputs, weight, bias }) => ({
    weight: tf.tensor2d(weight, [inputs, outputs]),
    bias: tf.tensor1d(bias),
  });
  const hidden = layers.map(onBackend);
  const deep = output && onBackend(output);
  const wide = onBackend(direct);
  const { width } = network;

  const score = (dense, rows) => {
    const result = tf.tidy(() => {
      const x = tf.tensor2d(dense, [rows, width]);
      let last = x;
      for (const { weight, bias } of hidden) last = tf.fused.matMul({ a: last, b: weight, bias, activation: "relu" });
      let logit = tf.fused.matMul({ a: x, b: wide.weight, bias: wide.bias });
      if (deep !== undefined) logit = tf.add(tf.fused.matMul({ a: last, b: deep.weight, bias: deep.bias }), logit);
      return tf.sigmoid(logit);
    });
    const probabilities = result.dataSync();
    result.dispose();
    return probabilities;
  };
  return { row: (dense) => score(dense, 1)[0], batch: score };
}
