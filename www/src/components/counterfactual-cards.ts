/** What would bring a customer under the threshold: one card for each way, each tried with a click. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Counterfactual, Counterfactuals } from "tenure";
import type { Language } from "../explanation/language";
import { controls } from "../styles/controls";
import { notes } from "../styles/notes";
import { formatPercent } from "../text/numbers";
import { icon } from "./marks";

/** A card's changes are to be tried in the form. */
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
  /** What the sentences are written in. */
  @property({ attribute: false }) language: Language = "en";

  override render() {
    const { answers, threshold, sentence } = this.counterfactuals;
    if (answers.length === 0)
      return html`<p class="note">None found. <span lang=${this.language}>${sentence}</span> The next lower tier ends at ${formatPercent(threshold)}.</p>`;
    return html`
      <ul aria-label="Ways under ${formatPercent(threshold)}">
        ${answers.map(
          (answer) => html`<li>
          <p class="title">Would score ${formatPercent(answer.probability)} with</p>
          <ul class="changes">
            ${answer.changes.map(
              ({ label, fromText, toText, follows }) => html`<li>
              <span class="label">${label}${follows ? " (follows)" : nothing}</span>
              <s aria-label="now ${fromText}">${fromText}</s> <span aria-hidden="true">→</span> <b>${toText}</b>
            </li>`,
            )}
          </ul>
          <p class="sentence" lang=${this.language}>${answer.sentence}</p>
          <button @click=${() => this.dispatchEvent(new TryChanges(answer.changes))}>${icon("reset")}Try it</button>
        </li>`,
        )}
      </ul>
      <p class="note">Each was scored again and is under ${formatPercent(threshold)}. It says what the model would answer, not what a person will do.</p>
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
    `,
  ];
}
