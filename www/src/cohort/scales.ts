/** Scales of the plots: the ends of an axis, and ranks for colours. */

/** The smallest and largest of the values and of `from`. NaN is ignored. */
export function ends(
  values: Iterable<number>,
  from: readonly [number, number] = [Infinity, -Infinity],
): [number, number] {
  let [low, high] = from;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** The same ends, or a range around them if they are not a range: an axis needs a length. */
export function withLength([low, high]: readonly [number, number]): [number, number] {
  return low < high ? [low, high] : [low - 1, low + 1];
}

/**
 * Ranks from 0 to 1; ties share a rank, NaN stays NaN. Colours by rank show the order under any
 * distribution.
 */
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

/** How many of the sorted values are below `value`, or at most `value` if `isInclusive`. */
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
