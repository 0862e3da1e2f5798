/** The expected profit by the share of the customers who are contacted, in two orders. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { ProfitCurve } from "tenure/decide";
import { cssVariables } from "tenure/elements";
import { page } from "../styles/page";
import { formatCount, formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import { PageElement } from "./page-element";

@customElement("profit-curve")
export class ProfitCurvePlot extends PageElement {
  @property({ attribute: false }) curve!: ProfitCurve;
  /** Share of the customers who get an offer in the plan. */
  @property({ attribute: false }) share = 0;

  override render() {
    const t = texts();
    const { fractions, byProfit, byRisk, bestByProfit, bestByRisk } = this.curve;
    const low = Math.min(0, ...byProfit, ...byRisk);
    const high = Math.max(1e-9, ...byProfit, ...byRisk);
    const y = (profit: number) => 100 - (100 * (profit - low)) / (high - low);
    const path = (profits: Float64Array) =>
      Array.from(
        profits,
        (profit, at) => `${at === 0 ? "M" : "L"}${100 * fractions[at]!} ${y(profit).toFixed(2)}`,
      ).join("");
    const said = t.bestShare(
      formatWholePercent(bestByProfit.fraction),
      formatCount(Math.round(bestByProfit.profit)),
      formatCount(Math.round(bestByRisk.profit)),
    );
    return html`
      <div class="key" aria-hidden="true">
        <span class="profit"><i></i>${t.largestProfitFirst}</span><span class="risk"><i></i>${t.highestRiskFirst}</span>
      </div>
      <div class="plot" role="img" aria-label="${t.profitCurve}. ${said}" ${cssVariables({ "--zero": `${y(0)}%`, "--share": `${100 * this.share}%` })}>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path class="risk" d=${path(byRisk)} /><path class="profit" d=${path(byProfit)} />
        </svg>
        <i class="zero"></i>${this.share > 0 ? html`<i class="here"></i>` : nothing}
        <span class="top">${formatCount(Math.round(high))}</span>
        ${low < 0 ? html`<span class="bottom">${formatCount(Math.round(low))}</span>` : nothing}
      </div>
      <div class="axis" aria-hidden="true"><span>${formatWholePercent(0)}</span><span>${t.shareContacted}</span><span>${formatWholePercent(1)}</span></div>
      <p>${said}</p>
    `;
  }

  static override styles = [
    page,
    css`
      :host {
        display: block;
        min-width: 0;
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      .key {
        display: flex;
        flex-wrap: wrap;
        gap: 0.2rem 1.25rem;
        margin-bottom: 0.4rem;
      }
      .key i {
        display: inline-block;
        width: 18px;
        margin-inline-end: 0.4em;
        border-top: 3px solid var(--accent);
        vertical-align: 0.25em;
      }
      .key .risk i {
        border-top: 2px dashed var(--up);
      }
      .plot {
        position: relative;
        direction: ltr;
        height: 190px;
        border-inline-start: 1px solid var(--line-strong);
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      path {
        fill: none;
        stroke: var(--accent);
        stroke-width: 2.5;
        vector-effect: non-scaling-stroke;
      }
      path.risk {
        stroke: var(--up);
        stroke-width: 1.75;
        stroke-dasharray: 5 4;
      }
      .zero,
      .here {
        position: absolute;
        inset-inline: 0;
        top: var(--zero);
        border-top: 1px solid var(--line-strong);
      }
      .here {
        inset-block: 0;
        inset-inline: var(--share) auto;
        border-top: 0;
        border-inline-start: 1px dashed var(--ink-soft);
      }
      .top,
      .bottom {
        position: absolute;
        inset-inline-start: 0.4rem;
        top: 0;
        line-height: 1;
      }
      .bottom {
        inset-block: auto 0;
      }
      .axis {
        display: flex;
        justify-content: space-between;
        gap: 0.5rem;
        direction: ltr;
        margin-top: 0.3rem;
      }
      p {
        margin-top: 0.5rem;
        max-width: 62ch;
        font-size: 13px;
      }
      @media (forced-colors: active) {
        svg,
        .key i {
          forced-color-adjust: none;
        }
        path,
        path.risk {
          stroke: CanvasText;
        }
        .key i,
        .key .risk i {
          border-color: CanvasText;
        }
      }
    `,
  ];
}
