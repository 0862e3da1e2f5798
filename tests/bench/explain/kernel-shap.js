/**
 * KernelSHAP in JavaScript, as in WebSHAP and Python's shap (Lundberg and Lee 2017, "A Unified
 * Approach to Interpreting Model Predictions", section 4.1). It enumerates the smallest and largest
 * coalitions while they fit, draws the others by the kernel's weight in pairs with their
 * complements, and solves a weighted regression without regularisation.
 */

import { random } from "../network.js";

/** WebSHAP's default number of coalitions. */
export const samplesOf = (fields) => 2 * fields + 2048;

/**
 * One Shapley value per field, on the logit. Calls the model once, with all coalitions and
 * reference customers.
 */
export function kernelShap(scorer, references, record, samples, seed) {
  const { fields } = scorer.schema;
  const count = fields.length;
  const { coalitions, weights } = coalitionsOf(count, samples, random(seed + 1));
  const cells = scorer.row(record);
  const values = valuesOf(scorer, cells, references, coalitions);
  const [none, all] = valuesOf(scorer, cells, references, [new Uint8Array(count), new Uint8Array(count).fill(1)]);
  return regress(coalitions, weights, values, none, all);
}

/** Mean logit over the reference customers, by coalition. */
function valuesOf(scorer, cells, references, coalitions) {
  const rows = coalitions.length * references.length;
  const columns = {};
  scorer.schema.fields.forEach((field, index) => {
    const isNumber = field.kind === "number";
    const data = isNumber ? new Float64Array(rows) : new Int16Array(rows);
    let at = 0;
    for (const coalition of coalitions) {
      for (const reference of references) {
        const cell = coalition[index] === 1 ? cells[index] : reference[index];
        data[at++] = !isNumber && Number.isNaN(cell) ? -1 : cell;
      }
    }
    const categories = field.kind === "flag" ? [field.negative, field.positive] : field.categories;
    columns[field.name] = isNumber ? data : { codes: data, categories: [...categories, "(other)"] };
  });
  const { logit } = scorer.scoreMany(columns, { problemLimit: 0 });
  return coalitions.map((_, index) => {
    let sum = 0;
    for (let row = 0; row < references.length; row++) sum += logit[index * references.length + row];
    return sum / references.length;
  });
}

function coalitionsOf(count, samples, next) {
  const coalitions = [];
  const weights = [];
  // Weight of each size, together with its complement.
  const half = Math.floor((count - 1) / 2);
  const pairs = Math.ceil((count - 1) / 2);
  const sizes = Array.from({ length: pairs }, (_, index) => (count - 1) / ((index + 1) * (count - index - 1)));
  for (let index = 0; index < half; index++) sizes[index] *= 2;
  const total = sizes.reduce((sum, weight) => sum + weight, 0);
  const shares = sizes.map((weight) => weight / total);
  let left = samples;
  let full = 0;
  let rest = 1;
  for (; full < pairs; full++) {
    const size = full + 1;
    const paired = size <= half;
    const subsets = binomial(count, size) * (paired ? 2 : 1);
    if ((left * shares[full]) / rest / subsets < 1 - 1e-8) break;
    for (const members of subsetsOf(count, size)) {
      const coalition = Uint8Array.from({ length: count }, (_, field) => (members.includes(field) ? 1 : 0));
      coalitions.push(coalition);
      weights.push(shares[full] / subsets);
      if (paired) {
        coalitions.push(coalition.map((member) => 1 - member));
        weights.push(shares[full] / subsets);
      }
    }
    left -= subsets;
    rest -= shares[full];
  }
  const drawn = new Map();
  const open = shares.slice(full);
  const openTotal = open.reduce((sum, weight) => sum + weight, 0);
  let draws = 0;
  const firstDrawn = coalitions.length;
  while (full < pairs && left > 0 && draws < 4 * samples) {
    let point = next() * openTotal;
    let size = full + 1;
    for (const weight of open) {
      point -= weight;
      if (point <= 0) break;
      size++;
    }
    size = Math.min(size, pairs);
    const order = Array.from({ length: count }, (_, field) => field);
    const coalition = new Uint8Array(count);
    for (let index = 0; index < size; index++) {
      const other = index + Math.floor(next() * (count - index));
      [order[index], order[other]] = [order[other], order[index]];
      coalition[order[index]] = 1;
    }
    draws++;
    for (const one of size <= half ? [coalition, coalition.map((member) => 1 - member)] : [coalition]) {
      const key = one.join("");
      const at = drawn.get(key);
      if (at === undefined) {
        drawn.set(key, coalitions.length);
        coalitions.push(one);
        weights.push(1);
        left--;
      } else {
        weights[at]++;
      }
    }
  }
  const drawnTotal = weights.slice(firstDrawn).reduce((sum, weight) => sum + weight, 0);
  for (let index = firstDrawn; index < weights.length; index++) weights[index] *= rest / drawnTotal;
  return { coalitions, weights };
}

/**
 * Weighted least squares with the constraint that the values add up to `all - none`: eliminates the
 * last field.
 */
function regress(coalitions, weights, values, none, all) {
  const count = coalitions[0].length;
  const unknown = count - 1;
  const matrix = Array.from({ length: unknown }, () => new Float64Array(unknown + 1));
  coalitions.forEach((coalition, index) => {
    const last = coalition[unknown];
    const target = values[index] - none - last * (all - none);
    for (let row = 0; row < unknown; row++) {
      const own = weights[index] * (coalition[row] - last);
      if (own === 0) continue;
      for (let column = 0; column < unknown; column++) matrix[row][column] += own * (coalition[column] - last);
      matrix[row][unknown] += own * target;
    }
  });
  const shares = solve(matrix);
  return [...shares, all - none - shares.reduce((sum, share) => sum + share, 0)];
}

/** Gaussian elimination with pivots; the right-hand side is the last column. */
function solve(matrix) {
  const count = matrix.length;
  for (let column = 0; column < count; column++) {
    let pivot = column;
    for (let row = column + 1; row < count; row++) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]];
    for (let row = 0; row < count; row++) {
      if (row === column) continue;
      const factor = matrix[row][column] / matrix[column][column];
      if (factor !== 0) for (let at = column; at <= count; at++) matrix[row][at] -= factor * matrix[column][at];
    }
  }
  return matrix.map((row, index) => row[count] / row[index]);
}

function binomial(n, k) {
  let result = 1;
  for (let index = 0; index < k; index++) result = (result * (n - index)) / (index + 1);
  return Math.round(result);
}

function* subsetsOf(count, size, from = 0) {
  if (size === 0) return yield [];
  for (let first = from; first <= count - size; first++) {
    for (const rest of subsetsOf(count, size - 1, first + 1)) yield [first, ...rest];
  }
}
