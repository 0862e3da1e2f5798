/**
 * A scale from 0 to 100% with the thresholds of the tiers, the customer's score, and their score
 * before changes.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Tier } from "tenure";
import { controls } from "../styles/controls";
import { formatWholePercent } from "../text/numbers";
import { cssVariables } from "./css-variables";
import { tierMarkStyles, tierStep } from "./marks";

@customElement("tier-scale")
export class TierScale extends LitElement {
  @property({ attribute: false }) tiers: readonly Tier[] = [];
  @property({ attribute: false }) probability = 0;
  @property({ attribute: false }) earlier?: number | undefined;

  override render() {
    const { tiers, probability, earlier } = this;
    const ends = [...tiers.slice(1).map(({ from }) => from), 1];
    return html`<div class="scale" aria-hidden="true">
      <div class="tiers">
        ${tiers.map(({ from }, tier) => html`<i class="step-${tierStep(tier, tiers.length)}" ${cssVariables({ "--from": from, "--to": ends[tier]! })}></i>`)}
      </div>
      ${tiers.slice(1).map(({ from }) => html`<span class="threshold" ${cssVariables({ "--at": from })}>${formatWholePercent(from)}</span>`)}
      ${earlier === undefined ? nothing : html`<i class="was" ${cssVariables({ "--at": earlier })}></i>`}
      <i class="needle" ${cssVariables({ "--at": probability })}></i>
    </div>`;
  }

  static override styles = [
    controls,
    tierMarkStyles,
    css`
      .scale {
        position: relative;
        height: 34px;
        margin-top: 0.35rem;
        max-width: 640px;
      }
      .tiers {
        position: absolute;
        top: 8px;
        left: 0;
        right: 0;
        height: 6px;
      }
      .tiers i {
        position: absolute;
        top: 0;
        bottom: 0;
        left: calc(var(--from) * 100%);
        right: calc((1 - var(--to)) * 100%);
        background: var(--tier);
        border-right: 2px solid var(--surface);
      }
      .tiers i:first-child {
        border-radius: 3px 0 0 3px;
      }
      .tiers i:last-child {
        border: 0;
        border-radius: 0 3px 3px 0;
      }
      .threshold {
        position: absolute;
        top: 18px;
        left: calc(var(--at) * 100%);
        transform: translateX(-50%);
        font-size: 11.5px;
        color: var(--ink-soft);
      }
      .needle,
      .was {
        position: absolute;
        top: 2px;
        left: calc(var(--at) * 100%);
        width: 6px;
        height: 18px;
        margin-left: -3px;
        border: 2px solid var(--surface);
        border-radius: 4px;
        background: var(--ink);
        box-sizing: content-box;
        transform: translate(-2px, -2px);
        transition: left var(--calm) ease-out;
      }
      .was {
        background: var(--surface);
        border: 1.5px dashed var(--ink-soft);
        transform: none;
        box-sizing: border-box;
      }
    `,
  ];
}
