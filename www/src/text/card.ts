/**
 * The model card's figures as text. Scoring does not read the card, so a model of another trainer
 * opens although its card says little; a figure that is absent has no entry here.
 */
import type { Card } from "tenure";
import { formatPercent } from "./formats";
import { formatCount, formatMetric } from "./numbers";

/** Figures of the table that the model was trained on, and of the model on its test rows. */
export function cardFigures(card: Partial<Card>): [string, string][] {
  const { rows, positive_rate, metrics } = card;
  const customers = rows === undefined ? undefined : Object.values(rows).reduce((sum, count) => sum + count, 0);
  const figures: [string, string | undefined][] = [
    ["Data set", customers === undefined ? undefined : `${formatCount(customers)} customers`],
    ["Customers who left", positive_rate === undefined ? undefined : formatPercent(positive_rate)],
    ["ROC-AUC on the test set", metrics && formatMetric(metrics.roc_auc)],
    ["PR-AUC", metrics && formatMetric(metrics.pr_auc)],
    ["Log-loss", metrics && formatMetric(metrics.log_loss)],
    ["Brier score", metrics && formatMetric(metrics.brier)],
    ["Calibration error", metrics && formatMetric(metrics.ece)],
  ];
  return figures.filter((figure): figure is [string, string] => figure[1] !== undefined);
}
