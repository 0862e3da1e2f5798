/**
 * The waterfall plot of one explanation, as in SHAP: from E[f(X)] at the bottom to f(x) at the top.
 * Red raises the score and blue lowers it. Each bar also has a sign, a number and a direction, so
 * that nothing is shown by colour alone.
 */

import { css, html, LitElement, nothing, type PropertyDeclarations } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation } from "tenure";
import { controls } from "./controls.js";
import { cssVariables } from "./css-variables.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import { type Step, ticks, type Waterfall, waterfall } from "./waterfall.js";
import { counted, fill, type Words } from "./words.js";

/** The steps that are shown at first, beside the one for all other fields. */
export const SHOWN = 10;

export class WaterfallChart extends LitElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    earlier: { attribute: false },
    changed: { attribute: false },
    words: { attribute: false },
    formats: { attribute: false },
    isUnfolded: { attribute: false },
  };

  declare explanation: Explanation;
  /** The output before the changes, if there are any. */
  declare earlier: number | undefined;
  declare changed: ReadonlySet<string>;
  declare words: Words;
  declare formats: Formats;
  /** Whether every field has a step of its own. The event `fold` asks for the contrary. */
  declare isUnfolded: boolean;

  protected override render() {
    const { words } = this;
    const { fixed, tick: formatTick } = this.formats;
    const chart = waterfall(this.explanation, {
      shown: this.isUnfolded ? Infinity : SHOWN,
      kept: this.changed,
      seen: this.earlier === undefined ? [] : [this.earlier],
      others: (count) => counted(words.otherFields, count),
    });
    const canFold = this.explanation.contributions.length > SHOWN + 1;
    return html`
      <div class="key" aria-hidden="true">
        <span class="down"><i></i><span class="words">${words.keyLowers}</span></span>
        <span class="up"><i></i><span class="words">${words.keyRaises}</span></span>
      </div>
      <div class="end head">
        <span class="name"><b>f(x)</b> <span class="words">${words.thisCustomer}</span></span>
        <span class="track" ${cssVariables({ "--at": share(chart, chart.output), "--was": share(chart, this.earlier ?? chart.output) })}>
          ${this.earlier === undefined ? nothing : html`<i class="was" title=${fill(words.beforeChange, { value: fixed(this.earlier) })}></i>`}
          <i class="mark"></i>
          <span class="number ${isLeft(chart, chart.output) ? "after" : "ahead"}"><span class="words">${fixed(chart.output)}</span></span>
        </span>
      </div>
      <ol part="steps" aria-label=${words.contributions}>
        ${repeat(
          chart.steps,
          ({ field }) => field,
          (step) => this.#step(step, chart),
        )}
      </ol>
      <div class="end foot">
        <span class="name"><b>E[f(X)]</b> <span class="words">${words.references}</span></span>
        <span class="track" ${cssVariables({ "--at": share(chart, chart.base) })}>
          <i class="mark"></i>
          <span class="number ${isLeft(chart, chart.base) ? "after" : "ahead"}"><span class="words">${fixed(chart.base)}</span></span>
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span></span>
        <span class="ticks">
          ${ticks(chart.low, chart.high).map((tick) => html`<span ${cssVariables({ "--at": share(chart, tick) })}><span class="words">${formatTick(tick)}</span></span>`)}
        </span>
      </div>
      <div class="below">
        <span>${words.axes[this.explanation.scale]}</span>
        ${
          canFold
            ? html`<button class="link" aria-expanded=${this.isUnfolded} @click=${this.#toggle}>
              ${this.isUnfolded ? fill(words.showLargest, { count: String(SHOWN) }) : fill(words.showAll, { count: String(this.explanation.contributions.length) })}
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
    return html`<li part="step" class=${classMap({ up: isUp, down: !isUp, changed: this.changed.has(field), right: isLeft(chart, (from + to) / 2) })}>
      <span class="name"><span class="label">${label}</span> <span class="text">${text}</span></span>
      <span class="track" ${cssVariables(variables)}>
        <i class="bar" part=${isUp ? "bar bar-up" : "bar bar-down"}></i>
        <span class="number" part="contribution"><span class="words">${this.formats.signed(contribution)}</span><span class="visually-hidden">, ${isUp ? this.words.raises : this.words.lowers}</span></span>
      </span>
    </li>`;
  }

  #toggle() {
    this.dispatchEvent(new Event("fold"));
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
        color: ${theme.inkSoft};
      }
      .key i {
        display: inline-block;
        width: 14px;
        height: 9px;
        margin-inline-end: 0.4em;
      }
      .key .up i {
        background: ${theme.upBar};
        clip-path: polygon(0 0, 65% 0, 100% 50%, 65% 100%, 0 100%);
      }
      .key .down i {
        background: ${theme.downBar};
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
        border-radius: ${theme.radiusSmall};
      }
      .end {
        min-height: 30px;
        color: ${theme.inkSoft};
        font-size: 13px;
      }
      .end b {
        color: ${theme.ink};
        font-weight: 600;
        margin-inline-end: 0.25em;
      }

      .name {
        min-width: 0;
        line-height: 1.25;
        text-align: end;
        overflow-wrap: anywhere;
      }
      .label {
        color: ${theme.inkSoft};
        font-size: 12.5px;
      }
      .text {
        font-weight: 550;
      }

      .track {
        position: relative;
        align-self: stretch;
        border-inline-start: 1px solid ${theme.line};
      }
      .bar {
        position: absolute;
        top: 6px;
        bottom: 6px;
        inset-inline-start: calc(var(--from) * 100%);
        width: max(3px, calc((var(--to) - var(--from)) * 100%));
        transition:
          inset-inline-start ${theme.calm} ease-out,
          width ${theme.calm} ease-out;
      }
      .up .bar {
        background: ${theme.upBar};
        clip-path: polygon(0 0, calc(100% - 7px) 0, 100% 50%, calc(100% - 7px) 100%, 0 100%);
      }
      .down .bar {
        background: ${theme.downBar};
        clip-path: polygon(7px 0, 100% 0, 100% 100%, 7px 100%, 0 50%);
      }
      :is(.bar, .key i):dir(rtl) {
        scale: -1 1;
      }
      /* Joins the end of this step with the start of the one above. */
      li .track::after {
        content: '';
        position: absolute;
        inset-inline-start: calc(var(--end) * 100%);
        top: -6px;
        height: 12px;
        border-inline-start: 1px dashed ${theme.lineStrong};
        transition: inset-inline-start ${theme.calm} ease-out;
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
          inset-inline-start ${theme.calm} ease-out,
          inset-inline-end ${theme.calm} ease-out;
      }
      li.right .number {
        inset-inline-start: calc(var(--to) * 100%);
      }
      li:not(.right) .number {
        inset-inline-end: calc((1 - var(--from)) * 100%);
      }
      .up .number {
        color: ${theme.up};
      }
      .down .number {
        color: ${theme.down};
      }

      .mark,
      .was {
        position: absolute;
        inset-inline-start: calc(var(--at) * 100%);
        top: 3px;
        bottom: 3px;
        width: 2px;
        margin-inline-start: -1px;
        background: ${theme.ink};
        transition: inset-inline-start ${theme.calm} ease-out;
      }
      .was {
        inset-inline-start: calc(var(--was) * 100%);
        background: repeating-linear-gradient(${theme.inkSoft} 0 3px, transparent 3px 6px);
      }
      .end .number {
        color: ${theme.ink};
      }
      .after {
        inset-inline-start: calc(var(--at) * 100%);
      }
      .ahead {
        inset-inline-end: calc((1 - var(--at)) * 100%);
      }

      .axis {
        margin-top: 2px;
      }
      .ticks {
        position: relative;
        height: 24px;
        border-top: 1px solid ${theme.line};
        font-size: 11.5px;
        color: ${theme.inkSoft};
      }
      .ticks > span {
        position: absolute;
        inset-inline-start: calc(var(--at) * 100%);
        top: 6px;
        translate: -50%;
      }
      .ticks > span:dir(rtl) {
        translate: 50%;
      }
      .ticks > span::before {
        content: '';
        position: absolute;
        inset-inline-start: 50%;
        top: -6px;
        height: 4px;
        border-inline-start: 1px solid ${theme.lineStrong};
      }
      .below {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        font-size: 12.5px;
        color: ${theme.inkSoft};
      }

      /* Full bars raise the score, striped bars lower it. */
      @media (forced-colors: active) {
        :is(.bar, .key i, .mark, .was) {
          forced-color-adjust: none;
        }
        :is(.up .bar, .key .up i, .mark) {
          background: CanvasText;
        }
        :is(.down .bar, .key .down i) {
          background: repeating-linear-gradient(135deg, CanvasText 0 2px, Canvas 2px 5px);
        }
        .was {
          background: repeating-linear-gradient(CanvasText 0 3px, Canvas 3px 6px);
        }
        :is(.up, .down) .number {
          color: CanvasText;
        }
      }
      @media print {
        :is(.bar, .key i, .mark, .was) {
          print-color-adjust: exact;
        }
        li {
          break-inside: avoid;
        }
        button {
          display: none;
        }
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
