/** The option `limits` of `load`, checked. */

import { optionEntries, summary, textOf, unknownOption } from "./error.js";
import type { ModelLimits } from "./load-options.js";
import { type Problem, TenureError } from "./tenure-error.js";

/** The limits of the core, by name. */
const DEFAULTS: Required<ModelLimits> = { formulaSteps: 2 ** 23, multiplyAdds: 2 ** 28 };

/** Checks limits. Throws a TenureError `argument_invalid` with all problems. */
export function checkedLimits(limits: unknown): Required<ModelLimits> {
  const problems: Problem[] = [];
  for (const [field, given] of optionEntries(limits)) {
    if (!Object.hasOwn(DEFAULTS, field)) {
      problems.push(unknownOption(field, given, Object.keys(DEFAULTS)));
    } else if (given !== undefined && !(Number.isSafeInteger(given) && (given as number) >= 0)) {
      const rule = typeof given === "number" ? "bounds" : "type";
      problems.push({ field, rule, value: textOf(given), message: "must be a whole number from 0" });
    }
  }
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
  const { formulaSteps = DEFAULTS.formulaSteps, multiplyAdds = DEFAULTS.multiplyAdds } = limits as ModelLimits;
  return { formulaSteps, multiplyAdds };
}
