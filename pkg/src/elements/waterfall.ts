/**
 * Layout of a waterfall plot, as in SHAP: from E[f(X)] at the bottom, field by field, to f(x) at
 * the top.
 */
import type { Contribution, Explanation } from "tenure";

export interface Step {
  /** The field's name; empty for the step that sums the other fields. */
  field: string;
  label: string;
  text: string;
  contribution: number;
  /** On the scale of the explanation, before and after this step. */
  from: number;
  to: number;
}

export interface Waterfall {
  /** Largest first. Each step starts where the next one in the list ends. */
  steps: Step[];
  base: number;
  /** What the contributions add up to. */
  output: number;
  /** Ends of the axis, with a margin. */
  low: number;
  high: number;
  /** How many fields the last step sums; 0 if there is no such step. */
  folded: number;
}

export interface Layout {
  /** How many of the largest contributions get a step of their own. */
  shown: number;
  /** Fields that get a step of their own whatever their size. */
  kept?: ReadonlySet<string>;
  /** Further values that the axis must include. */
  seen?: number[];
  /** The label of the step that sums this many fields. */
  others(count: number): string;
}

/** What an explanation explains: the logit, or the probability. */
export function outputOf({ scale, probability, logit }: Pick<Explanation, "scale" | "probability" | "logit">): number {
  return scale === "probability" ? probability : logit;
}

/** Gives the largest contributions a step each, and sums all others in one step at the bottom. */
export function waterfall(
  explanation: Explanation,
  { shown, kept = new Set(), seen = [], others: named }: Layout,
): Waterfall {
  const { contributions, base, scale } = explanation;
  const output = outputOf(explanation);
  const standsAlone = ({ field }: Contribution, place: number) => place < shown || kept.has(field);
  let others = contributions.filter((contribution, place) => !standsAlone(contribution, place));
  // A single field takes the same room as "1 other field" and says more.
  if (others.length === 1) others = [];
  const alone: Pick<Contribution, "field" | "label" | "text" | "contribution">[] = contributions.filter(
    (contribution) => !others.includes(contribution),
  );
  if (others.length > 0) {
    const contribution = others.reduce((sum, other) => sum + other.contribution, 0);
    alone.push({ field: "", label: named(others.length), text: "", contribution });
  }

  let at = base;
  const steps = alone.reverse().map(({ field, label, text, contribution }): Step => {
    const from = at;
    at += contribution;
    return { field, label, text, contribution, from, to: at };
  });
  const points = [base, output, ...seen, ...steps.map((step) => step.to)];
  const least = Math.min(...points);
  const most = Math.max(...points);
  const room = Math.max(scale === "probability" ? 0.01 : 0.1, (most - least) * 0.08);
  return { steps: steps.reverse(), base, output, low: least - room, high: most + room, folded: others.length };
}

/** Round numbers on the axis, at most five of them. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  return Array.from({ length: count }, (_, index) => (first + index) * step);
}
