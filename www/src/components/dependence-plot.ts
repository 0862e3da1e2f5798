/**
 * A dependence plot of one field, as in SHAP: each customer's contribution by their value, coloured
 * by another field. Numbers lie on an axis. Each category has a column of its own, in which the
 * dots are spread.
 */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cssVariables, ticks } from "tenure/elements";
import type { Driver } from "../cohort/messages";
import { ends, ranks, withLength } from "../cohort/scales";
import { page } from "../styles/page";
import { fieldLabel } from "../text/fields";
import { formatTick } from "../text/numbers";
import { PlotCanvas } from "./plot-canvas";
import { Shades } from "./shades";

const RADIUS = 2.2;

@customElement("dependence-plot")
export class DependencePlot extends PlotCanvas {
  @property({ attribute: false }) driver!: Driver;
  /** The names of the categories, by code; `undefined` for a number. */
  @property({ attribute: false }) categories?: readonly string[] | undefined;

  override render() {
    const { driver } = this;
    const [low, high] = this.#reach();
    return html`
      <div class="plot">${super.render()}
        ${ticks(low, high).map((tick) => html`<span class="tick y" ${cssVariables({ "--at": (tick - low) / (high - low) })}>${formatTick(tick)}</span>`)}
      </div>
      <div class="below" aria-hidden="true">
        ${
          this.categories
            ? this.categories.map(
                (category, code) =>
                  html`<span class="tick x" ${cssVariables({ "--at": (code + 0.5) / this.categories!.length })}>${category}</span>`,
              )
            : ticks(...this.#extent()).map((tick) => {
                const [least, most] = this.#extent();
                return html`<span class="tick x" ${cssVariables({ "--at": (tick - least) / (most - least) })}>${formatTick(tick)}</span>`;
              })
        }
      </div>
      <p>${fieldLabel(driver.field)}${driver.field.kind === "number" && driver.field.unit ? html` <small>(${driver.field.unit})</small>` : nothing}</p>
    `;
  }

  protected override draw(context: CanvasRenderingContext2D, width: number, height: number) {
    const { driver } = this;
    const [low, high] = this.#reach();
    const [least, most] = this.#extent();
    const shades = new Shades(this.colour("--down-bar"), this.colour("--up-bar"), this.colour("--ink-soft"));
    const rank = driver.color && ranks(driver.color.values);
    const y = (contribution: number) => (1 - (contribution - low) / (high - low)) * height;
    context.fillStyle = this.colour("--line");
    context.fillRect(0, y(0), width, 1);
    context.globalAlpha = 0.75;
    for (let row = 0; row < driver.values.length; row++) {
      const value = driver.values[row]!;
      const contribution = driver.contributions[row]!;
      if (Number.isNaN(value) || Number.isNaN(contribution)) continue;
      const at = this.categories
        ? (value + 0.5 + spread(row)) / this.categories.length
        : (value - least) / (most - least || 1);
      context.fillStyle = rank ? shades.at(rank[row]!) : shades.none;
      context.beginPath();
      context.arc(RADIUS + at * (width - 2 * RADIUS), y(contribution), RADIUS, 0, 2 * Math.PI);
      context.fill();
    }
  }

  /** Ends of the axis of contributions, with a margin. */
  #reach(): [number, number] {
    const [low, high] = ends(this.driver.contributions, [0, 0]);
    const room = Math.max(0.05, (high - low) * 0.06);
    return [low - room, high + room];
  }

  /** Ends of the axis of values. */
  #extent(): [number, number] {
    return withLength(ends(this.driver.values));
  }

  static override styles = [
    page,
    PlotCanvas.styles,
    css`
      /* Axes grow to the right in every direction of text. */
      :host {
        direction: ltr;
      }
      .plot {
        position: absolute;
        inset-block: 4px 3.4rem;
        inset-inline: 3.2rem 0;
        border-inline-start: 1px solid var(--line-strong);
        border-bottom: 1px solid var(--line-strong);
      }
      .below {
        position: absolute;
        inset-inline: 3.2rem 0;
        bottom: 1.7rem;
        height: 1.5rem;
      }
      .tick {
        position: absolute;
        font-size: 11.5px;
        color: var(--ink-soft);
        white-space: nowrap;
      }
      .y {
        inset-inline-end: calc(100% + 6px);
        bottom: calc(var(--at) * 100%);
        transform: translateY(50%);
      }
      .x {
        inset-inline-start: calc(var(--at) * 100%);
        top: 4px;
        translate: -50%;
        max-width: 9rem;
        overflow: hidden;
        text-overflow: ellipsis;
      }
      p {
        position: absolute;
        inset-inline: 3.2rem 0;
        bottom: 0;
        text-align: center;
        font-size: 12.5px;
        font-weight: 550;
      }
    `,
  ];
}

/**
 * A fixed pseudo-random offset within a category's column, −0.3 to 0.3. The golden ratio spreads
 * rows evenly.
 */
function spread(row: number): number {
  return ((row * 0.618033988749895) % 1) * 0.6 - 0.3;
}
