/**
 * Layout of a beeswarm plot, as in SHAP: points lie on the axis by contribution and are stacked
 * where they overlap.
 */

export interface Swarm {
  /** Horizontal positions, 0 to 1; NaN for a row without a contribution. */
  x: Float32Array;
  /** Vertical positions, −1 to 1; 0 is the middle. */
  y: Float32Array;
}

/** Bins of the axis. Points in the same bin are stacked. */
const BINS = 140;
/** Points in a stack before the stacks are compressed to fit. */
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
