/** Tuned plain JavaScript: typed arrays, zeros of one-hot columns skipped, four sums at a time. */

import { unpackWeights } from "../network.js";

export const isAsync = false;

export async function start({ read, network }) {
  const packed = new Float32Array(await read("weights.bin"));
  const { layers, output, direct } = unpackWeights(network, packed);
  const { width } = network;
  const buffers = layers.map(({ outputs }) => new Float32Array(outputs));

  const score = (data, offset) => {
    let logit = direct.bias[0];
    let input = data;
    let from = offset;
    const directWeight = direct.weight;
    for (let column = 0; column < width; column++) logit += data[offset + column] * directWeight[column];
    for (let index = 0; index < layers.length; index++) {
      const { inputs, outputs, weight, bias } = layers[index];
      const sums = buffers[index];
      sums.set(bias);
      for (let column = 0; column < inputs; column++) {
        const value = input[from + column];
        if (value === 0) continue;
        let at = column * outputs;
        let unit = 0;
        for (; unit + 4 <= outputs; unit += 4, at += 4) {
          sums[unit] += value * weight[at];
          sums[unit + 1] += value * weight[at + 1];
          sums[unit + 2] += value * weight[at + 2];
          sums[unit + 3] += value * weight[at + 3];
        }
        for (; unit < outputs; unit++, at++) sums[unit] += value * weight[at];
      }
      for (let unit = 0; unit < outputs; unit++) if (sums[unit] < 0) sums[unit] = 0;
      input = sums;
      from = 0;
    }
    if (output !== undefined) {
      logit += output.bias[0];
      for (let unit = 0; unit < output.inputs; unit++) logit += input[unit] * output.weight[unit];
    }
    return 1 / (1 + Math.exp(-logit));
  };

  return {
    row: (dense) => score(dense, 0),
    batch(dense, rows) {
      const probabilities = new Float32Array(rows);
      for (let row = 0; row < rows; row++) probabilities[row] = score(dense, row * width);
      return probabilities;
    },
  };
}
