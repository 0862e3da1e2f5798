/**
 * The waterfall plot of one explanation, as in SHAP: from E[f(X)] at the bottom to f(x) at the top.
 * Red raises the score and blue lowers it. Each bar also has a sign, a number and a direction, so
 * that nothing is shown by colour alone.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation } from "tenure";
import { type Step, ticks, type Waterfall, waterfall } from "../explanation/waterfall";
import { controls } from "../styles/controls";
import { formatFixed, formatSigned, formatTick } from "../text/numbers";
import { cssVariables } from "./css-variables";

const SHOWN = 10;

@customElement("waterfall-chart")
export class WaterfallChart extends LitElement {
  @property({ attribute: false }) explanation?: Explanation;
  /** The logit before the changes, if there are any. */
  @property({ attribute: false }) earlier?: number | undefined;
  @property({ attribute: false }) changed: ReadonlySet<string> = new Set();
  @state() private isUnfolded = false;

  override render() {
    if (!this.explanation) return nothing;
    const chart = waterfall(this.explanation, {
      shown: this.isUnfolded ? Infinity : SHOWN,
      kept: this.changed,
      seen: this.earlier === undefined ? [] : [this.earlier],
    });
    const canFold = this.explanation.contributions.length > SHOWN + 1;
    return html`
      <div class="key" aria-hidden="true">
        <span class="down"><i></i>− lowers the score</span>
        <span class="up"><i></i>+ raises it</span>
      </div>
      <div class="end head">
        <span class="name"><b>f(x)</b> this customer</span>
        <span class="track" ${cssVariables({ "--at": share(chart, chart.logit), "--was": share(chart, this.earlier ?? chart.logit) })}>
          ${this.earlier === undefined ? nothing : html`<i class="was" title="Before the change: ${formatFixed(this.earlier)}"></i>`}
          <i class="mark"></i>
          <span class="number ${isLeft(chart, chart.logit) ? "after" : "ahead"}">${formatFixed(chart.logit)}</span>
        </span>
      </div>
      <ol aria-label="Contributions of the fields, the largest first">
        ${repeat(
          chart.steps,
          ({ field }) => field,
          (step) => this.#step(step, chart),
        )}
      </ol>
      <div class="end foot">
        <span class="name"><b>E[f(X)]</b> reference customers</span>
        <span class="track" ${cssVariables({ "--at": share(chart, chart.base) })}>
          <i class="mark"></i>
          <span class="number ${isLeft(chart, chart.base) ? "after" : "ahead"}">${formatFixed(chart.base)}</span>
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span></span>
        <span class="ticks">
          ${ticks(chart.low, chart.high).map((tick) => html`<span ${cssVariables({ "--at": share(chart, tick) })}>${formatTick(tick)}</span>`)}
        </span>
      </div>
      <div class="below">
        <span>Log-odds before calibration</span>
        ${
          canFold
            ? html`<button class="link" aria-expanded=${this.isUnfolded} @click=${this.#toggle}>
              ${this.isUnfolded ? `Show the ${SHOWN} largest` : `Show all ${this.explanation.contributions.length} fields`}
            </button>`
            : nothing
        }
      </div>
    `;
  }

  #step({ field, label, text, contribution, from, to }: Step, chart: Waterfall) {
    const isUp = contribution >= 0;
    const variables = {
      "--from": share(chart, Math.min(from, to)),
      "--to": share(chart, Math.max(from, to)),
      "--end": share(chart, to),
    };
    return html`<li class=${classMap({ up: isUp, down: !isUp, changed: this.changed.has(field), right: isLeft(chart, (from + to) / 2) })}>
      <span class="name"><span class="label">${label}</span> <span class="text">${text}</span></span>
      <span class="track" ${cssVariables(variables)}>
        <i class="bar"></i>
        <span class="number">${formatSigned(contribution)}<span class="visually-hidden">, ${isUp ? "raises the score" : "lowers the score"}</span></span>
      </span>
    </li>`;
  }

  #toggle() {
    this.isUnfolded = !this.isUnfolded;
  }

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        container-type: inline-size;
        --names: minmax(120px, 40%);
      }

      .key {
        display: flex;
        justify-content: flex-end;
        gap: 1.25rem;
        margin-bottom: 0.5rem;
        font-size: 12px;
        color: var(--ink-soft);
      }
      .key i {
        display: inline-block;
        width: 14px;
        height: 9px;
        margin-right: 0.4em;
      }
      .key .up i {
        background: var(--up-bar);
        clip-path: polygon(0 0, 65% 0, 100% 50%, 65% 100%, 0 100%);
      }
      .key .down i {
        background: var(--down-bar);
        clip-path: polygon(100% 0, 35% 0, 0 50%, 35% 100%, 100% 100%);
      }

      .end,
      li,
      .axis {
        display: grid;
        grid-template-columns: var(--names) 1fr;
        column-gap: 0.9rem;
        align-items: center;
      }
      li {
        min-height: 34px;
        border-radius: var(--radius-small);
      }
      .end {
        min-height: 30px;
        color: var(--ink-soft);
        font-size: 13px;
      }
      .end b {
        color: var(--ink);
        font-weight: 600;
        margin-right: 0.25em;
      }

      .name {
        min-width: 0;
        line-height: 1.25;
        text-align: right;
        overflow-wrap: anywhere;
      }
      .label {
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      .text {
        font-weight: 550;
      }

      .track {
        position: relative;
        align-self: stretch;
        background: linear-gradient(var(--line), var(--line)) 0 0 / 1px 100% no-repeat;
      }
      .bar {
        position: absolute;
        top: 6px;
        bottom: 6px;
        left: calc(var(--from) * 100%);
        width: max(3px, calc((var(--to) - var(--from)) * 100%));
        transition:
          left var(--calm) ease-out,
          width var(--calm) ease-out;
      }
      .up .bar {
        background: var(--up-bar);
        clip-path: polygon(0 0, calc(100% - 7px) 0, 100% 50%, calc(100% - 7px) 100%, 0 100%);
      }
      .down .bar {
        background: var(--down-bar);
        clip-path: polygon(7px 0, 100% 0, 100% 100%, 7px 100%, 0 50%);
      }
      /* Joins the end of this step with the start of the one above. */
      li .track::after {
        content: '';
        position: absolute;
        left: calc(var(--end) * 100%);
        top: -6px;
        height: 12px;
        border-left: 1px dashed var(--line-strong);
        transition: left var(--calm) ease-out;
      }

      .number {
        position: absolute;
        top: 50%;
        transform: translateY(-50%);
        padding: 0 0.45em;
        font-size: 13px;
        font-weight: 600;
        white-space: nowrap;
        transition:
          left var(--calm) ease-out,
          right var(--calm) ease-out;
      }
      li.right .number {
        left: calc(var(--to) * 100%);
      }
      li:not(.right) .number {
        right: calc((1 - var(--from)) * 100%);
      }
      .up .number {
        color: var(--up);
      }
      .down .number {
        color: var(--down);
      }

      .mark,
      .was {
        position: absolute;
        left: calc(var(--at) * 100%);
        top: 3px;
        bottom: 3px;
        width: 2px;
        margin-left: -1px;
        background: var(--ink);
        transition: left var(--calm) ease-out;
      }
      .was {
        left: calc(var(--was) * 100%);
        background: repeating-linear-gradient(var(--ink-soft) 0 3px, transparent 3px 6px);
      }
      .end .number {
        color: var(--ink);
      }
      .after {
        left: calc(var(--at) * 100%);
      }
      .ahead {
        right: calc((1 - var(--at)) * 100%);
      }

      .axis {
        margin-top: 2px;
      }
      .ticks {
        position: relative;
        height: 24px;
        border-top: 1px solid var(--line);
        font-size: 11.5px;
        color: var(--ink-soft);
      }
      .ticks span {
        position: absolute;
        left: calc(var(--at) * 100%);
        top: 6px;
        transform: translateX(-50%);
      }
      .ticks span::before {
        content: '';
        position: absolute;
        left: 50%;
        top: -6px;
        height: 4px;
        border-left: 1px solid var(--line-strong);
      }
      .below {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        font-size: 12.5px;
        color: var(--ink-soft);
      }

      @container (max-width: 420px) {
        .end,
        li,
        .axis {
          grid-template-columns: minmax(96px, 38%) 1fr;
          column-gap: 0.5rem;
        }
        li {
          min-height: 42px;
        }
        .label,
        .text,
        .end b {
          display: block;
          margin: 0;
        }
        .changed .label {
          display: inline;
        }
      }
    `,
  ];
}

/** Position of a value on the axis, 0 to 1. */
function share({ low, high }: Waterfall, value: number): number {
  return (value - low) / (high - low);
}

/** Whether a value is in the left half of the axis, so that its label goes to the right of it. */
function isLeft({ low, high }: Waterfall, value: number): boolean {
  return value < (low + high) / 2;
}
