/**
 * Counterfactuals of one customer: a card for each, with a button that tries its changes in the
 * form.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Counterfactual, Counterfactuals } from "tenure";
import type { Language } from "../explanation/language";
import { controls } from "../styles/controls";
import { notes } from "../styles/notes";
import { formatPercent } from "../text/numbers";
import { icon } from "./marks";

/** Asks to try a card's changes in the form. */
export class TryChanges extends Event {
  readonly changes: Counterfactual["changes"];

  constructor(changes: Counterfactual["changes"]) {
    super("try-changes");
    this.changes = changes;
  }
}

@customElement("counterfactual-cards")
export class CounterfactualCards extends LitElement {
  @property({ attribute: false }) counterfactuals!: Counterfactuals;
  /** The language of the sentences. */
  @property({ attribute: false }) language: Language = "en";

  override render() {
    const { answers, threshold, sentence } = this.counterfactuals;
    if (answers.length === 0)
      return html`<p class="note">No combination of changes was found. <span lang=${this.language}>${sentence}</span> The next lower tier is below ${formatPercent(threshold)}.</p>`;
    return html`
      <ul aria-label="Ways to get below ${formatPercent(threshold)}">
        ${answers.map(
          (answer) => html`<li>
          <p class="title">${formatPercent(answer.probability)} with these changes</p>
          <ul class="changes">
            ${answer.changes.map(
              ({ label, fromText, toText, follows }) => html`<li>
              <span class="label">${label}${follows ? " (changes as a result)" : nothing}</span>
              <s aria-label="now ${fromText}">${fromText}</s> <span aria-hidden="true">→</span> <b>${toText}</b>
            </li>`,
            )}
          </ul>
          <p class="sentence" lang=${this.language}>${answer.sentence}</p>
          <button @click=${() => this.dispatchEvent(new TryChanges(answer.changes))}>${icon("reset")}Try it</button>
        </li>`,
        )}
      </ul>
      <p class="note">The model scored each suggestion again, and each is below ${formatPercent(threshold)}. A suggestion shows how the model responds to a change, not how the customer will.</p>
    `;
  }

  static override styles = [
    controls,
    notes,
    css`
      :host {
        display: block;
      }
      :host > ul,
      ul[aria-label] {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
        gap: 0.75rem;
      }
      ul[aria-label] > li {
        display: flex;
        flex-direction: column;
        gap: 0.5rem;
        padding: 0.8rem 0.9rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--paper);
      }
      .title {
        font-size: 13px;
        color: var(--ink-soft);
      }
      .changes {
        flex: 1;
      }
      .label {
        display: block;
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      .changes li + li {
        margin-top: 0.35rem;
      }
      s {
        color: var(--ink-soft);
        text-decoration-thickness: 1px;
      }
      b {
        font-weight: 600;
      }
      .sentence {
        font-size: 13px;
        line-height: 1.45;
        color: var(--ink-soft);
      }
      .note {
        margin-top: 0.7rem;
      }
      @media print {
        ul[aria-label] > li {
          break-inside: avoid;
        }
        button {
          display: none;
        }
      }
    `,
  ];
}
