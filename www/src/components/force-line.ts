/**
 * An explanation in one line: arrows that raise the score meet arrows that lower it at f(x). The
 * largest are named.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation } from "tenure";
import { force } from "../explanation/force";
import type { Step } from "../explanation/waterfall";
import { controls } from "../styles/controls";
import { formatFixed, formatSigned } from "../text/numbers";
import { cssVariables } from "./css-variables";

/** How many fields are named on each side of f(x). */
const NAMED = 2;

@customElement("force-line")
export class ForceLine extends LitElement {
  @property({ attribute: false }) explanation?: Explanation;

  override render() {
    if (!this.explanation) return nothing;
    const { pushes, base, logit, low, high } = force(this.explanation);
    const at = (value: number) => (value - low) / (high - low || 1);
    const named = (isUp: boolean) => pushes.filter(({ contribution }) => contribution > 0 === isUp).slice(0, NAMED);
    return html`
      <div class="line" aria-hidden="true">
        ${repeat(
          pushes,
          ({ field }) => field,
          (push) => html`<i
          class=${classMap({ up: push.contribution > 0, down: push.contribution < 0 })}
          title="${push.label} ${push.text}: ${formatSigned(push.contribution)}"
          ${cssVariables({ "--from": at(Math.min(push.from, push.to)), "--to": at(Math.max(push.from, push.to)) })}
        ></i>`,
        )}
        <i class="base" title="Reference customers: ${formatFixed(base)}" ${cssVariables({ "--at": at(base) })}></i>
        <i class="here" ${cssVariables({ "--at": at(logit) })}></i>
      </div>
      <div class="names">
        <ul aria-label="Raise the score most">${named(true).map((push) => this.#name(push, "↗"))}</ul>
        <ul aria-label="Lower the score most">${named(false).map((push) => this.#name(push, "↘"))}</ul>
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
        left: calc(var(--from) * 100%);
        width: max(1px, calc((var(--to) - var(--from)) * 100% - 1px));
        transition:
          left var(--calm) ease-out,
          width var(--calm) ease-out;
      }
      .line .up {
        background: var(--up-bar);
        clip-path: polygon(0 0, calc(100% - 5px) 0, 100% 50%, calc(100% - 5px) 100%, 0 100%, min(5px, 100%) 50%);
      }
      .line .down {
        background: var(--down-bar);
        clip-path: polygon(5px 0, 100% 0, calc(100% - min(5px, 100%)) 50%, 100% 100%, 5px 100%, 0 50%);
      }
      .line .here,
      .line .base {
        top: 0;
        bottom: 0;
        left: calc(var(--at) * 100%);
        width: 2px;
        margin-left: -1px;
        background: var(--ink);
      }
      .line .base {
        background: repeating-linear-gradient(var(--ink-soft) 0 3px, transparent 3px 6px);
      }
      .names {
        display: flex;
        justify-content: space-between;
        gap: 0.25rem 1.5rem;
        flex-wrap: wrap;
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      .names ul:last-child {
        text-align: right;
        margin-left: auto;
      }
      .names b {
        color: var(--ink);
        font-weight: 550;
      }
      li.up span {
        color: var(--up);
      }
      li.down span {
        color: var(--down);
      }
    `,
  ];
}
