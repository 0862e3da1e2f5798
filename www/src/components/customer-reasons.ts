/**
 * The explanation of one customer: the strongest reasons as sentences, all of them as plots, and
 * what they mean.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Contribution, Explanation } from "tenure";
import type { Language } from "../explanation/language";
import { controls } from "../styles/controls";
import { notes } from "../styles/notes";
import { formatCount, formatSeconds } from "../text/numbers";
import "./force-line";
import "./waterfall-chart";

/** Reasons written as sentences. Nobody reads more. */
const SENTENCES = 3;

@customElement("customer-reasons")
export class CustomerReasons extends LitElement {
  @property({ attribute: false }) explanation!: Explanation;
  @property({ attribute: false }) milliseconds = 0;
  /** The logit before the changes, if there are any. */
  @property({ attribute: false }) earlier?: number | undefined;
  /** The changed fields. */
  @property({ attribute: false }) changed: ReadonlySet<string> = new Set();
  /** The language of the sentences. */
  @property({ attribute: false }) language: Language = "en";
  /** The number of reference customers. */
  @property({ attribute: false }) references = 0;

  override render() {
    const { explanation } = this;
    return html`
      <ol aria-label="The strongest reasons" lang=${this.language}>
        ${explanation.contributions.slice(0, SENTENCES).map(sentence)}
      </ol>
      <force-line .explanation=${explanation}></force-line>
      <waterfall-chart .explanation=${explanation} .earlier=${this.earlier} .changed=${this.changed}></waterfall-chart>
      <p class="note">
        These are ${explanation.exact ? "exact" : "estimated"} interventional Shapley values in log-odds: how much the score changes, on
        average, when this customer’s value of a field replaces the values of the model’s ${formatCount(this.references)} reference customers.
        They show what the model associates with leaving, not what causes it.
        <span class="time">Computed on this device in ${formatSeconds(this.milliseconds / 1000)}.</span>
      </p>
    `;
  }

  static override styles = [
    controls,
    notes,
    css`
      ol {
        max-width: 62ch;
        margin-bottom: 1rem;
      }
      li {
        display: flex;
        gap: 0.6em;
      }
      li + li {
        margin-top: 0.3rem;
      }
      .way {
        flex: none;
        width: 1em;
        text-align: center;
        color: var(--ink-soft);
      }
      .note {
        margin-top: 1rem;
      }
      .time {
        white-space: nowrap;
      }
    `,
  ];
}

/** One reason. The arrow repeats the direction that the sentence names. */
function sentence({ contribution, sentence }: Contribution) {
  const way = contribution > 0 ? "↑" : contribution < 0 ? "↓" : nothing;
  return html`<li><span class="way" aria-hidden="true">${way}</span><span>${sentence}</span></li>`;
}
