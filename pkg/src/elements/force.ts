/**
 * Layout of the one-line summary of an explanation, as in SHAP's force plot. Fields that raise the
 * score stand to the left of f(x), fields that lower it to the right, and the largest stand next to
 * f(x).
 */
import type { Explanation } from "tenure";
import type { Step } from "./waterfall.js";

export interface Force {
  /**
   * Largest first. The largest of each direction ends at f(x); the next one ends where that one
   * starts.
   */
  pushes: Step[];
  base: number;
  logit: number;
  low: number;
  high: number;
}

export function force({ contributions, base, logit }: Explanation): Force {
  const pushes: Step[] = [];
  let up = logit;
  let down = logit;
  // Contributions are sorted by size, so each side grows away from f(x).
  for (const { field, label, text, contribution } of contributions) {
    if (contribution === 0) continue;
    const to = contribution > 0 ? up : down;
    const from = to - contribution;
    if (contribution > 0) up = from;
    else down = from;
    pushes.push({ field, label, text, contribution, from, to });
  }
  return { pushes, base, logit, low: Math.min(up, base), high: Math.max(down, base) };
}
