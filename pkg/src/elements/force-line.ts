/**
 * An explanation in one line: arrows that raise the score meet arrows that lower it at f(x). The
 * largest are named.
 */

import { css, html, LitElement, type PropertyDeclarations } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation } from "tenure";
import { controls } from "./controls.js";
import { cssVariables } from "./css-variables.js";
import { force } from "./force.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import type { Step } from "./waterfall.js";
import { fill, type Words } from "./words.js";

/** How many fields are named on each side of f(x). */
const NAMED = 2;

export class ForceLine extends LitElement {
  static override properties: PropertyDeclarations = {
    explanation: { attribute: false },
    words: { attribute: false },
    formats: { attribute: false },
  };

  declare explanation: Explanation;
  declare words: Words;
  declare formats: Formats;

  protected override render() {
    const { words, formats } = this;
    const { pushes, base, output, low, high } = force(this.explanation);
    const at = (value: number) => (value - low) / (high - low || 1);
    const named = (isUp: boolean) => pushes.filter(({ contribution }) => contribution > 0 === isUp).slice(0, NAMED);
    return html`
      <div class="line" aria-hidden="true">
        ${repeat(
          pushes,
          ({ field }) => field,
          (push) => html`<i
          class=${classMap({ up: push.contribution > 0, down: push.contribution < 0 })}
          title="${push.label} ${push.text}: ${formats.signed(push.contribution)}"
          ${cssVariables({ "--from": at(Math.min(push.from, push.to)), "--to": at(Math.max(push.from, push.to)) })}
        ></i>`,
        )}
        <i class="base" title=${fill(words.referenceMean, { value: formats.fixed(base) })} ${cssVariables({ "--at": at(base) })}></i>
        <i class="here" ${cssVariables({ "--at": at(output) })}></i>
      </div>
      <div class="names">
        <ul aria-label=${words.raiseMost}>${named(true).map((push) => this.#name(push, "↗"))}</ul>
        <ul aria-label=${words.lowerMost}>${named(false).map((push) => this.#name(push, "↘"))}</ul>
      </div>
    `;
  }

  #name({ label, text, contribution }: Step, arrow: string) {
    return html`<li class=${contribution > 0 ? "up" : "down"}><span aria-hidden="true">${arrow}</span> ${label} <b>${text}</b></li>`;
  }

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        margin-bottom: 1.1rem;
      }
      .line {
        position: relative;
        height: 22px;
      }
      .line i {
        position: absolute;
        top: 4px;
        bottom: 4px;
        inset-inline-start: calc(var(--from) * 100%);
        width: max(1px, calc((var(--to) - var(--from)) * 100% - 1px));
        transition:
          inset-inline-start ${theme.calm} ease-out,
          width ${theme.calm} ease-out;
      }
      .line .up {
        background: ${theme.upBar};
        clip-path: polygon(0 0, calc(100% - 5px) 0, 100% 50%, calc(100% - 5px) 100%, 0 100%, min(5px, 100%) 50%);
      }
      .line .down {
        background: ${theme.downBar};
        clip-path: polygon(5px 0, 100% 0, calc(100% - min(5px, 100%)) 50%, 100% 100%, 5px 100%, 0 50%);
      }
      .line .here,
      .line .base {
        top: 0;
        bottom: 0;
        inset-inline-start: calc(var(--at) * 100%);
        width: 2px;
        margin-inline-start: -1px;
        background: ${theme.ink};
      }
      .line .base {
        background: repeating-linear-gradient(${theme.inkSoft} 0 3px, transparent 3px 6px);
      }
      .line i:dir(rtl) {
        scale: -1 1;
      }
      @media (forced-colors: active) {
        .line i {
          forced-color-adjust: none;
        }
        .line :is(.up, .here) {
          background: CanvasText;
        }
        .line .down {
          background: repeating-linear-gradient(135deg, CanvasText 0 2px, Canvas 2px 5px);
        }
        .line .base {
          background: repeating-linear-gradient(CanvasText 0 3px, Canvas 3px 6px);
        }
        li:is(.up, .down) span {
          color: CanvasText;
        }
      }
      @media print {
        .line i {
          print-color-adjust: exact;
        }
      }
      .names {
        display: flex;
        justify-content: space-between;
        gap: 0.25rem 1.5rem;
        flex-wrap: wrap;
        font-size: 12.5px;
        color: ${theme.inkSoft};
      }
      .names ul:last-child {
        text-align: end;
        margin-inline-start: auto;
      }
      .names b {
        color: ${theme.ink};
        font-weight: 550;
      }
      li.up span {
        color: ${theme.up};
      }
      li.down span {
        color: ${theme.down};
      }
    `,
  ];
}
