/**
 * A scale from 0 to 100% with the thresholds of the tiers, the customer's score, and their score
 * before changes.
 */

import { css, html, LitElement, nothing, type PropertyDeclarations } from "lit";
import type { Tier } from "tenure";
import { controls } from "./controls.js";
import { cssVariables } from "./css-variables.js";
import { tierMarkStyles, tierStep } from "./marks.js";
import { theme } from "./theme.js";

export class TierScale extends LitElement {
  static override properties: PropertyDeclarations = {
    tiers: { attribute: false },
    percent: { attribute: false },
    probability: { attribute: false },
    earlier: { attribute: false },
  };

  declare tiers: readonly Tier[];
  declare percent: (share: number) => string;
  declare probability: number | undefined;
  declare earlier: number | undefined;

  protected override render() {
    const { tiers, probability, earlier } = this;
    const ends = [...tiers.slice(1).map(({ from }) => from), 1];
    return html`<div class="scale" aria-hidden="true">
      <div class="tiers">
        ${tiers.map(({ from }, tier) => html`<i class="step-${tierStep(tier, tiers.length)}" ${cssVariables({ "--from": from, "--to": ends[tier]! })}></i>`)}
      </div>
      ${tiers.slice(1).map(({ from }) => html`<span class="threshold" part="threshold" ${cssVariables({ "--at": from })}>${this.percent(from)}</span>`)}
      ${earlier === undefined ? nothing : html`<i class="was" ${cssVariables({ "--at": earlier })}></i>`}
      ${probability === undefined ? nothing : html`<i class="needle" part="needle" ${cssVariables({ "--at": probability })}></i>`}
    </div>`;
  }

  static override styles = [
    controls,
    tierMarkStyles,
    css`
      :host {
        display: block;
      }
      .scale {
        position: relative;
        height: 34px;
        margin-top: 0.35rem;
        max-width: 640px;
      }
      .tiers {
        position: absolute;
        top: 8px;
        inset-inline: 0;
        height: 6px;
      }
      .tiers i {
        position: absolute;
        top: 0;
        bottom: 0;
        inset-inline: calc(var(--from) * 100%) calc((1 - var(--to)) * 100%);
        background: var(--tier);
        border-inline-end: 2px solid ${theme.surface};
      }
      .tiers i:first-child {
        border-start-start-radius: 3px;
        border-end-start-radius: 3px;
      }
      .tiers i:last-child {
        border: 0;
        border-start-end-radius: 3px;
        border-end-end-radius: 3px;
      }
      .threshold {
        position: absolute;
        top: 18px;
        inset-inline-start: calc(var(--at) * 100%);
        translate: -50%;
        font-size: 11.5px;
        color: ${theme.inkSoft};
      }
      .threshold:dir(rtl) {
        translate: 50%;
      }
      .needle,
      .was {
        position: absolute;
        top: 0;
        inset-inline-start: calc(var(--at) * 100%);
        width: 6px;
        height: 18px;
        margin-inline-start: -5px;
        border: 2px solid ${theme.surface};
        border-radius: 4px;
        background: ${theme.ink};
        box-sizing: content-box;
        transition: inset-inline-start ${theme.calm} ease-out;
      }
      .was {
        top: 2px;
        margin-inline-start: -3px;
        background: ${theme.surface};
        border: 1.5px dashed ${theme.inkSoft};
        box-sizing: border-box;
      }
      /* Colours are not to be relied on there: the tiers are as tall as they are high. */
      @media (forced-colors: active) {
        .tiers i {
          forced-color-adjust: none;
          border-color: Canvas;
          background: CanvasText;
        }
        .tiers .step-0 {
          top: 4px;
        }
        .tiers .step-1 {
          top: 2px;
        }
        .tiers .step-3 {
          top: -2px;
        }
        .needle {
          forced-color-adjust: none;
          border-color: Canvas;
          background: Highlight;
        }
        .was {
          border-color: CanvasText;
        }
      }
      @media print {
        .tiers i,
        .needle {
          print-color-adjust: exact;
        }
      }
    `,
  ];
}
