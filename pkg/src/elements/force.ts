/**
 * Layout of the one-line summary of an explanation, as in SHAP's force plot. Fields that raise the
 * score stand to the left of f(x), fields that lower it to the right, and the largest stand next to
 * f(x).
 */
import type { Explanation } from "tenure";
import { outputOf, type Step } from "./waterfall.js";

export interface Force {
  /**
   * Largest first. The largest of each direction ends at f(x); the next one ends where that one
   * starts.
   */
  pushes: Step[];
  base: number;
  /** What the contributions add up to. */
  output: number;
  low: number;
  high: number;
}

export function force(explanation: Explanation): Force {
  const { contributions, base } = explanation;
  const output = outputOf(explanation);
  const pushes: Step[] = [];
  let up = output;
  let down = output;
  // Contributions are sorted by size, so each side grows away from f(x).
  for (const { field, label, text, contribution } of contributions) {
    if (contribution === 0) continue;
    const to = contribution > 0 ? up : down;
    const from = to - contribution;
    if (contribution > 0) up = from;
    else down = from;
    pushes.push({ field, label, text, contribution, from, to });
  }
  return { pushes, base, output, low: Math.min(up, base), high: Math.max(down, base) };
}
