/** Icons, and the mark of a tier, which shows the tier by shape as well as by colour. */

import { css, html, svg, type TemplateResult } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { theme } from "./theme.js";

/** Paths of icons in a square of 20 units. */
export const ALERT = "M10 6.5v4.5M10 14v.01M10 2.5l8 14.5H2z";
export const RESET = "M4 8a6.5 6.5 0 1 1-.5 4M4 3.5V8h4.5";

/** An icon: the line along a path. */
export function drawing(path: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">${svg`<path d=${path} />`}</svg>`;
}

const BARS = 4;

/** The step of the four-step colour ramp for a tier, for any number of tiers. */
export function tierStep(tier: number, tiers: number): number {
  return tiers <= 1 ? 0 : Math.round((tier / (tiers - 1)) * (BARS - 1));
}

export function tierMark(tier: number, tiers: number): TemplateResult {
  const step = tierStep(tier, tiers);
  const bars = Array.from({ length: BARS }, (_, bar) => {
    const height = 4 + bar * 3;
    return svg`<rect class=${classMap({ on: bar <= step })} x=${bar * 4} y=${14 - height} width="3" height=${height} rx="1" />`;
  });
  return html`<svg class="tier-mark step-${step}" viewBox="0 0 15 14" aria-hidden="true">${bars}</svg>`;
}

export const tierMarkStyles = css`
  .tier-mark {
    width: 15px;
    height: 14px;
    flex: none;
    fill: ${theme.line};
  }
  .step-0 {
    --tier: ${theme.tier0};
  }
  .step-1 {
    --tier: ${theme.tier1};
  }
  .step-2 {
    --tier: ${theme.tier2};
  }
  .step-3 {
    --tier: ${theme.tier3};
  }
  .tier-mark .on {
    fill: var(--tier);
  }
  @media (forced-colors: active) {
    .tier-mark {
      fill: Canvas;
      stroke: CanvasText;
      stroke-width: 0.75;
    }
    .tier-mark .on {
      fill: CanvasText;
    }
  }
`;
