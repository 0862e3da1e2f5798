/** The strongest interactions between two fields, as bars from a middle line. */
import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import type { Explanation, Interaction } from "tenure";
import { controls } from "../styles/controls";
import { formatSigned } from "../text/numbers";
import { cssVariables } from "./css-variables";

const SHOWN = 8;

@customElement("interaction-list")
export class InteractionList extends LitElement {
  @property({ attribute: false }) explanation!: Explanation;

  override render() {
    const { contributions, interactions = [] } = this.explanation;
    const words = new Map(contributions.map(({ field, label, text }) => [field, { label, text }]));
    const shown = interactions.filter(({ value }) => value !== 0).slice(0, SHOWN);
    if (shown.length === 0)
      return html`<p>There are no interactions: this score is the sum of the effects of its fields.</p>`;
    const largest = Math.abs(shown[0]!.value);
    const named = (field: string) => html`${words.get(field)?.label ?? field} <b>${words.get(field)?.text}</b>`;
    return html`
      <ol aria-label="Pairs of fields, the strongest first">
        ${shown.map(
          ({ first, second, value }: Interaction) => html`<li class=${classMap({ up: value > 0, down: value < 0 })}>
          <span class="name">${named(first)} <span class="with">with</span> ${named(second)}</span>
          <span class="track" ${cssVariables({ "--size": Math.abs(value) / largest })}><i></i></span>
          <span class="number">${formatSigned(value)}</span>
        </li>`,
        )}
      </ol>
      <p>Shapley interaction values in log-odds: the effect of two values together, beyond the effects of each one. The contributions above already include them.</p>
    `;
  }

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        margin-top: 1rem;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 84px 3.6rem;
        gap: 0.75rem;
        align-items: center;
        padding: 0.35rem 0;
        border-bottom: 1px solid var(--line);
        font-size: 13px;
      }
      .with {
        color: var(--ink-soft);
      }
      b {
        font-weight: 550;
      }
      .track {
        position: relative;
        height: 10px;
        background: linear-gradient(var(--line-strong), var(--line-strong)) center / 1px 100% no-repeat;
      }
      .track i {
        position: absolute;
        top: 0;
        bottom: 0;
        width: calc(var(--size) * 50%);
      }
      .up .track i {
        left: 50%;
        background: var(--up-bar);
      }
      .down .track i {
        right: 50%;
        background: var(--down-bar);
      }
      .number {
        text-align: right;
        font-weight: 600;
      }
      .up .number {
        color: var(--up);
      }
      .down .number {
        color: var(--down);
      }
      p {
        margin-top: 0.7rem;
        max-width: 62ch;
        color: var(--ink-soft);
        font-size: 13px;
      }
    `,
  ];
}
