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
