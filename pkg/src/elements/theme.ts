/**
 * The custom properties that a page can set, each with its default. `docs/elements.md` lists them.
 *
 * A default follows the `color-scheme` of the page. It stands at each use, so that nothing is set
 * on the host: content of the page in a slot does not inherit it.
 */

import { css } from "lit";

export const theme = {
  ink: css`var(--tenure-ink, light-dark(#191b1d, #eceded))`,
  inkSoft: css`var(--tenure-ink-soft, light-dark(#565a5f, #a9aeb4))`,
  surface: css`var(--tenure-surface, light-dark(#ffffff, #1b1d20))`,
  paper: css`var(--tenure-paper, light-dark(#f7f7f4, #131416))`,
  sunken: css`var(--tenure-sunken, light-dark(#efefea, #0e0f10))`,
  hover: css`var(--tenure-hover, light-dark(#f3f4f0, #212427))`,
  selected: css`var(--tenure-selected, light-dark(#e4f0ee, #17312f))`,
  line: css`var(--tenure-line, light-dark(#e3e3dc, #2b2e32))`,
  lineStrong: css`var(--tenure-line-strong, light-dark(#85867f, #73787f))`,
  accent: css`var(--tenure-accent, light-dark(#0c5b5e, #6fd0c8))`,
  accentHover: css`var(--tenure-accent-hover, light-dark(#08474a, #8fe0d9))`,
  onAccent: css`var(--tenure-on-accent, light-dark(#ffffff, #06201f))`,
  warn: css`var(--tenure-warn, light-dark(#8a4b00, #f2b866))`,
  error: css`var(--tenure-error, light-dark(#a8122f, #ff9aa5))`,
  errorPaper: css`var(--tenure-error-paper, light-dark(#fdecee, #321a1e))`,
  /** Text and bars that raise the score: SHAP's red, with enough contrast for text. */
  up: css`var(--tenure-up, light-dark(#c4123f, #ff7089))`,
  upBar: css`var(--tenure-up-bar, light-dark(#e0295a, #f0476a))`,
  /** Text and bars that lower the score: SHAP's blue. */
  down: css`var(--tenure-down, light-dark(#0f62b8, #6cb2ff))`,
  downBar: css`var(--tenure-down-bar, light-dark(#2a82dc, #3c8fe6))`,
  /** The tiers, from the lowest probability to the highest. */
  tier0: css`var(--tenure-tier-0, light-dark(#5b8f87, #6fa59c))`,
  tier1: css`var(--tenure-tier-1, light-dark(#c19100, #d9ad2b))`,
  tier2: css`var(--tenure-tier-2, light-dark(#d9691e, #ee8440))`,
  tier3: css`var(--tenure-tier-3, light-dark(#bb1a3c, #ef4f6d))`,
  radius: css`var(--tenure-radius, 10px)`,
  radiusSmall: css`var(--tenure-radius-small, 6px)`,
  quick: css`var(--tenure-quick, 120ms)`,
  calm: css`var(--tenure-calm, 260ms)`,
};
