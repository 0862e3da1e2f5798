/** The strongest interactions between two fields, as bars from a middle line. */

import { css, html, LitElement, type PropertyDeclarations } from "lit";
import { classMap } from "lit/directives/class-map.js";
import type { Explanation, Interaction } from "tenure";
import { controls } from "./controls.js";
import { cssVariables } from "./css-variables.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import { fill, type Words } from "./words.js";

const SHOWN = 8;

export class InteractionList extends LitElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    words: { attribute: false },
    formats: { attribute: false },
  };

  declare explanation: Explanation;
  declare words: Words;
  declare formats: Formats;

  protected override render() {
    const texts = this.words;
    const { contributions, interactions = [] } = this.explanation;
    const words = new Map(contributions.map(({ field, label, text }) => [field, { label, text }]));
    const shown = interactions.filter(({ value }) => value !== 0).slice(0, SHOWN);
    if (shown.length === 0) return html`<p>${texts.noPairs}</p>`;
    const largest = Math.abs(shown[0]!.value);
    const named = (field: string) => html`${words.get(field)?.label ?? field} <b>${words.get(field)?.text}</b>`;
    return html`
      <ol aria-label=${texts.pairs}>
        ${shown.map(
          ({ first, second, value }: Interaction) => html`<li class=${classMap({ up: value > 0, down: value < 0 })}>
          <span class="name">${named(first)} <span class="with">${texts.pairsWith}</span> ${named(second)}</span>
          <span class="track" ${cssVariables({ "--size": Math.abs(value) / largest })}><i></i></span>
          <span class="number"><span class="words">${this.formats.signed(value)}</span></span>
        </li>`,
        )}
      </ol>
      <p>${fill(texts.pairsNote, { scale: texts.scales[this.explanation.scale] })}</p>
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
        border-bottom: 1px solid ${theme.line};
        font-size: 13px;
      }
      .with {
        color: ${theme.inkSoft};
      }
      b {
        font-weight: 550;
      }
      .track {
        position: relative;
        height: 10px;
        }
      .track::before {
        content: '';
        position: absolute;
        inset-block: 0;
        inset-inline-start: 50%;
        border-inline-start: 1px solid ${theme.lineStrong};
      }
      .track i {
        position: absolute;
        top: 0;
        bottom: 0;
        width: calc(var(--size) * 50%);
      }
      .up .track i {
        inset-inline-start: 50%;
        background: ${theme.upBar};
      }
      .down .track i {
        inset-inline-end: 50%;
        background: ${theme.downBar};
      }
      .number {
        text-align: end;
        font-weight: 600;
      }
      .up .number {
        color: ${theme.up};
      }
      .down .number {
        color: ${theme.down};
      }
      @media (forced-colors: active) {
        .track i {
          forced-color-adjust: none;
          background: CanvasText;
        }
        .down .track i {
          background: repeating-linear-gradient(135deg, CanvasText 0 2px, Canvas 2px 5px);
        }
      }
      @media print {
        .track i {
          print-color-adjust: exact;
        }
      }
      p {
        margin-top: 0.7rem;
        max-width: 62ch;
        color: ${theme.inkSoft};
        font-size: 13px;
      }
    `,
  ];
}
