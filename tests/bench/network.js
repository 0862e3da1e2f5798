/**
 * The peers' network: seeded random weights, and dense rows. Their values do not change the time.
 */

/** The generator mulberry32: the same numbers in every run and runtime. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Layers as `{ inputs, outputs, weight [inputs × outputs], bias }`: hidden ones, output, direct
 * share.
 */
export function makeWeights({ width, hidden }, seed = 7) {
  const next = random(seed);
  const layer = (inputs, outputs) => {
    const spread = Math.sqrt(2 / Math.max(inputs, 1));
    const weight = Float32Array.from({ length: inputs * outputs }, () => (next() - 0.5) * 2 * spread);
    return { inputs, outputs, weight, bias: Float32Array.from({ length: outputs }, () => (next() - 0.5) * 0.1) };
  };
  const sizes = [width, ...hidden];
  const layers = hidden.map((outputs, index) => layer(sizes[index], outputs));
  const output = hidden.length > 0 ? layer(sizes[hidden.length], 1) : undefined;
  return { layers, output, direct: layer(width, 1) };
}

/** All weights in one array: the file that the JavaScript peers read. */
export function packWeights({ layers, output, direct }) {
  const all = [...layers, ...(output ? [output] : []), direct];
  const packed = new Float32Array(all.reduce((sum, { weight, bias }) => sum + weight.length + bias.length, 0));
  let at = 0;
  for (const { weight, bias } of all) {
    packed.set(weight, at);
    packed.set(bias, at + weight.length);
    at += weight.length + bias.length;
  }
  return packed;
}

/** The inverse of {@link packWeights}. */
export function unpackWeights({ width, hidden }, packed) {
  let at = 0;
  const take = (length) => {
    at += length;
    return packed.subarray(at - length, at);
  };
  const layer = (inputs, outputs) => ({ inputs, outputs, weight: take(inputs * outputs), bias: take(outputs) });
  const sizes = [width, ...hidden];
  const layers = hidden.map((outputs, index) => layer(sizes[index], outputs));
  const output = hidden.length > 0 ? layer(sizes[hidden.length], 1) : undefined;
  return { layers, output, direct: layer(width, 1) };
}

/** Encoded rows of the dense network: one category of each field, and numbers within their bins. */
export function denseRows({ groups, width }, rows, seed = 11) {
  const next = random(seed);
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let at = row * width;
    for (const { bins, columns } of groups) {
      if (bins === 0) {
        data[at + Math.floor(next() * columns)] = 1;
      } else {
        const bin = Math.floor(next() * bins);
        data.fill(1, at, at + bin);
        data[at + bin] = next();
        data[at + bins] = next() * 3 - 1.5;
      }
      at += columns;
    }
  }
  return data;
}
