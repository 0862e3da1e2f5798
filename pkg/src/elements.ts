/**
 * `tenure/elements`: what a page puts beside a customer. Importing it registers `<tenure-score>`,
 * `<tenure-reasons>`, `<tenure-what-if>` and `<tenure-actions>`. It needs the package `lit`.
 */

import { TenureActions } from "./elements/actions.js";
import { CounterfactualCards } from "./elements/counterfactual-cards.js";
import { define } from "./elements/define.js";
import { FieldForm } from "./elements/field-form.js";
import { ForceLine } from "./elements/force-line.js";
import { InteractionList } from "./elements/interaction-list.js";
import { TenureReasons } from "./elements/reasons.js";
import { TenureScore } from "./elements/score.js";
import { TierScale } from "./elements/tier-scale.js";
import { WaterfallChart } from "./elements/waterfall-chart.js";
import { TenureWhatIf } from "./elements/what-if.js";

// What Tenure's own page shares with the elements. It may change between versions.
export { controls } from "./elements/controls.js";
export { cssVariables } from "./elements/css-variables.js";
export type { TenureChange, TenureDecided, TenureEventMap, TenureFailed, TenureScored } from "./elements/events.js";
export type { ModelOptions } from "./elements/explainer.js";
export { acquire, type Explainer, release, type Wish } from "./elements/explainer.js";
export type { Extent } from "./elements/field-form.js";
export type { Language } from "./elements/language.js";
export { LANGUAGES, localeOf, spoken } from "./elements/language.js";
export { ALERT, drawing, tierMark, tierMarkStyles, tierStep } from "./elements/marks.js";
export { notes } from "./elements/notes.js";
export { formats } from "./elements/numbers.js";
export { ticks, waterfall } from "./elements/waterfall.js";
export { wordsOf } from "./elements/words.js";
export { TenureActions, TenureReasons, TenureScore, TenureWhatIf };

// The parts first, so that an element is whole once it is registered.
define("tenure-tier-scale", TierScale);
define("tenure-force-line", ForceLine);
define("tenure-waterfall", WaterfallChart);
define("tenure-interactions", InteractionList);
define("tenure-cards", CounterfactualCards);
define("tenure-form", FieldForm);
define("tenure-score", TenureScore);
define("tenure-reasons", TenureReasons);
define("tenure-what-if", TenureWhatIf);
define("tenure-actions", TenureActions);
