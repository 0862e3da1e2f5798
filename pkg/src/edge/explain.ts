/** `POST /v1/explain` and `POST /v1/counterfactuals`: one record, with options. */

import type { CounterfactualOptions } from "../counterfactuals.js";
import { summary } from "../error.js";
import { optionProblems } from "../options.js";
import { type Problem, TenureError } from "../tenure-error.js";
import type { ExplainOptions } from "../types.js";
import type { Route } from "./exchange.js";
import { checkRecord } from "./records.js";

/** Explains a record. */
export const explainRoute: Route = {
  path: "/v1/explain",
  method: "POST",
  scope: "explain",
  query: ["model"],
  async answer(exchange) {
    const text = await exchange.text();
    const { record, options } = checkRecord(exchange.parse(text));
    if (options !== undefined) checkOptions(options, optionProblems(options, []), exchange.shared.limits.budget);
    const { scorer } = await exchange.model(text);
    const explanation = scorer.explain(record, options as ExplainOptions | undefined);
    exchange.count(scorer, explanation.tier);
    return exchange.json(explanation);
  },
};

/** Searches changes that lower the probability. */
export const counterfactualsRoute: Route = {
  path: "/v1/counterfactuals",
  method: "POST",
  scope: "explain",
  query: ["model"],
  async answer(exchange) {
    const text = await exchange.text();
    const { record, options } = checkRecord(exchange.parse(text));
    const { scorer } = await exchange.model(text);
    const found = scorer.counterfactuals(record, options as CounterfactualOptions);
    exchange.count(scorer, found.tier);
    return exchange.json(found);
  },
};

/** Throws for options with problems: all at once, a budget above the limit included. */
export function checkOptions(options: object, found: readonly Problem[], maximum: number): void {
  const problems = [...found];
  const { budget } = options as ExplainOptions;
  if (typeof budget === "number" && budget > maximum) {
    problems.push({ field: "budget", rule: "bounds", value: String(budget), message: `must be at most ${maximum}` });
  }
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
}
