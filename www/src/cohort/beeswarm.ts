/** Places the points of a beeswarm as SHAP does: by contribution along the axis, stacked where they would overlap. */

export interface Swarm {
  /** Horizontal places, 0 to 1; NaN where a row has no contribution. */
  x: Float32Array;
  /** Vertical places around the middle, −1 to 1. */
  y: Float32Array;
}

/** Steps of the axis in which points are stacked. */
const BINS = 140;
/** Points that may stand above each other before they are pressed together. */
const TALLEST = 14;

export function swarm(contributions: Float32Array, low: number, high: number): Swarm {
  const count = contributions.length;
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const bins = new Uint32Array(BINS + 1);
  const place = new Uint32Array(count);
  const bin = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const at = (contributions[row]! - low) / (high - low || 1);
    x[row] = at;
    if (Number.isNaN(at)) continue;
    bin[row] = Math.round(Math.min(1, Math.max(0, at)) * BINS);
    place[row] = bins[bin[row]!]!;
    bins[bin[row]!]! += 1;
  }
  const tallest = Math.max(TALLEST, ...bins);
  for (let row = 0; row < count; row++) {
    // 0, 1, −1, 2, −2, …: the stack grows from the middle to both sides.
    const step = Math.ceil(place[row]! / 2) * (place[row]! % 2 === 1 ? 1 : -1);
    y[row] = (2 * step) / (tallest + 1);
  }
  return { x, y };
}

/** Ranks from 0 to 1, ties alike, so that colours show order whatever the distribution; NaN stays NaN. */
export function ranks(values: Float32Array | Float64Array): Float32Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const result = new Float32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) {
      result[row] = NaN;
      continue;
    }
    const first = boundary(sorted, value, false);
    const last = boundary(sorted, value, true);
    result[row] = sorted.length > 1 ? (first + last - 1) / 2 / (sorted.length - 1) : 0.5;
  }
  return result;
}

/** How many of the sorted values are below `value`, or not above it. */
function boundary(sorted: Float32Array | Float64Array, value: number, isInclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (isInclusive && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
