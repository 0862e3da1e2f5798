/** Lays out a waterfall as SHAP draws it: from E[f(X)] at the foot, field by field, up to f(x) at the head. */
import type { Contribution, Explanation } from "tenure";

export interface Step {
  /** The field's name; empty for the others taken together. */
  field: string;
  label: string;
  text: string;
  contribution: number;
  /** Log-odds before and after this step. */
  from: number;
  to: number;
}

export interface Waterfall {
  /** Largest first; each starts where the one after it ends. */
  steps: Step[];
  base: number;
  logit: number;
  /** Ends of the axis, with room around. */
  low: number;
  high: number;
  /** How many fields the last step holds together, 0 if none. */
  folded: number;
}

export interface Layout {
  /** How many of the largest contributions stand alone. */
  shown: number;
  /** Fields that stand alone however small their share is. */
  kept?: ReadonlySet<string>;
  /** Log-odds that the axis must hold besides. */
  seen?: number[];
}

/** The largest contributions on their own, all others as one step at the foot. */
export function waterfall(explanation: Explanation, { shown, kept = new Set(), seen = [] }: Layout): Waterfall {
  const { contributions, base, logit } = explanation;
  const standsAlone = ({ field }: Contribution, place: number) => place < shown || kept.has(field);
  let others = contributions.filter((contribution, place) => !standsAlone(contribution, place));
  // One field alone takes the room of "1 other field", and says more.
  if (others.length === 1) others = [];
  const alone: Pick<Contribution, "field" | "label" | "text" | "contribution">[] = contributions.filter(
    (contribution) => !others.includes(contribution),
  );
  if (others.length > 0) {
    const contribution = others.reduce((sum, other) => sum + other.contribution, 0);
    alone.push({ field: "", label: `${others.length} other fields`, text: "", contribution });
  }

  let at = base;
  const steps = alone.reverse().map(({ field, label, text, contribution }): Step => {
    const from = at;
    at += contribution;
    return { field, label, text, contribution, from, to: at };
  });
  const points = [base, logit, ...seen, ...steps.map((step) => step.to)];
  const least = Math.min(...points);
  const most = Math.max(...points);
  const room = Math.max(0.1, (most - least) * 0.08);
  return { steps: steps.reverse(), base, logit, low: least - room, high: most + room, folded: others.length };
}

/** Round numbers that divide the axis into three to six parts. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}
