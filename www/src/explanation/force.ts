/**
 * The one-line summary of an explanation, as SHAP's force plot lays it out: what pushes the score up comes from the left
 * and what pulls it down from the right, the largest next to where they meet, at f(x).
 */
import type { Explanation } from "tenure";

export interface Push {
  field: string;
  label: string;
  text: string;
  contribution: number;
  /** Ends on the axis in log-odds, `from` the smaller. */
  from: number;
  to: number;
}

export interface Force {
  pushes: Push[];
  base: number;
  logit: number;
  low: number;
  high: number;
}

export function force({ contributions, base, logit }: Explanation): Force {
  const pushes: Push[] = [];
  let up = logit;
  let down = logit;
  // Contributions come sorted by size, so each side grows away from f(x).
  for (const { field, label, text, contribution } of contributions) {
    if (contribution === 0) continue;
    const isUp = contribution > 0;
    const from = isUp ? up - contribution : down;
    const to = isUp ? up : down - contribution;
    if (isUp) up = from;
    else down = to;
    pushes.push({ field, label, text, contribution, from, to });
  }
  return { pushes, base, logit, low: Math.min(up, base), high: Math.max(down, base) };
}
