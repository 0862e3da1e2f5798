/**
 * The waterfall of one explanation, read like SHAP's: from E[f(X)] at the foot up to f(x) at the head, red pushes the
 * score up and blue pulls it down. Each bar also has its sign and number and points its way, so colour is never alone.
 */
import { html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation } from "tenure";
import { type Step, ticks, type Waterfall, waterfall } from "../explanation/waterfall";
import { controls } from "../styles/controls";
import { formatFixed, formatSigned, formatTick } from "../text/numbers";
import { cssVariables } from "./css-variables";
import { waterfallStyles } from "./waterfall-chart-styles";

const SHOWN = 10;

@customElement("waterfall-chart")
export class WaterfallChart extends LitElement {
  @property({ attribute: false }) explanation?: Explanation;
  /** The logit before any change, if something was changed. */
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
        <span class="down"><i></i>− pulls the score down</span>
        <span class="up"><i></i>+ pushes it up</span>
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
        <span class="number">${formatSigned(contribution)}<span class="visually-hidden">, ${isUp ? "pushes the score up" : "pulls the score down"}</span></span>
      </span>
    </li>`;
  }

  #toggle() {
    this.isUnfolded = !this.isUnfolded;
  }

  static override styles = [controls, waterfallStyles];
}

/** Place of a value on the axis, 0 to 1. */
function share({ low, high }: Waterfall, value: number): number {
  return (value - low) / (high - low);
}

/** Whether the room for a number is to the right of a value. */
function isLeft({ low, high }: Waterfall, value: number): boolean {
  return value < (low + high) / 2;
}
