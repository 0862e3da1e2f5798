/**
 * The model card's figures as text. Scoring does not read the card, so a model of another trainer,
 * or an older one, opens although its card says little or something else. Only a figure that is
 * there and is a number has an entry here.
 */
import type { Card } from "tenure";
import { formatCount, formatMetric, formatPercent } from "./numbers";
import { texts } from "./texts";

/** Figures of the table that the model was trained on, and of the model on its test rows. */
export function cardFigures(card: Partial<Card>): [string, string][] {
  const { figures, customers } = texts();
  const rows = Object.values(entries(card.rows));
  const metrics = entries(card.metrics);
  const all = rows.every(isNumber) && rows.length > 0 ? rows.reduce((sum, count) => sum + count, 0) : undefined;
  const told = (name: string, value: unknown, format: (value: number) => string): [string, string][] =>
    isNumber(value) ? [[name, format(value)]] : [];
  return [
    ...told(figures.dataSet, all, customers),
    ...told(figures.positiveRate, card.positive_rate, formatPercent),
    ...told(figures.rocAuc, metrics["roc_auc"], formatMetric),
    ...told(figures.prAuc, metrics["pr_auc"], formatMetric),
    ...told(figures.logLoss, metrics["log_loss"], formatMetric),
    ...told(figures.brier, metrics["brier"], formatMetric),
    ...told(figures.ece, metrics["ece"], formatMetric),
  ];
}

/** The number of test rows as text, if the card has it. */
export function testRows(card: Partial<Card>): string | undefined {
  const { test } = entries(card.rows);
  return isNumber(test) ? formatCount(test) : undefined;
}

/** The entries of an object; none of anything else. */
function entries(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
