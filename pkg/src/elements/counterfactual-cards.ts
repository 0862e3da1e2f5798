/**
 * Counterfactuals of one customer: a card for each, with a button that tries its changes in the
 * form.
 */

import { css, html, LitElement, nothing, type PropertyDeclarations } from "lit";
import type { Counterfactual, Counterfactuals } from "tenure";
import { controls } from "./controls.js";
import { drawing, RESET } from "./marks.js";
import { notes } from "./notes.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import { fill, type Words } from "./words.js";

/** The answers of a search that asks for no other number: the cards that are kept free for them. */
const ANSWERS = 3;

/** Asks to try a card's changes in the form. */
export class TryChanges extends Event {
  readonly changes: Counterfactual["changes"];

  constructor(changes: Counterfactual["changes"]) {
    super("try-changes");
    this.changes = changes;
  }
}

export class CounterfactualCards extends LitElement {
  static override properties: PropertyDeclarations = {
    counterfactuals: { attribute: false },
    words: { attribute: false },
    formats: { attribute: false },
  };

  /** Absent while the search runs. */
  declare counterfactuals: Counterfactuals | undefined;
  declare words: Words;
  declare formats: Formats;

  protected override render() {
    const { words } = this;
    if (this.counterfactuals === undefined) {
      return html`<p class="visually-hidden" role="status">${words.searching}</p>
        <ul class="cards" aria-hidden="true">${Array.from({ length: ANSWERS }, () => html`<li class="free"></li>`)}</ul>`;
    }
    const { answers, threshold, sentence = "" } = this.counterfactuals;
    const percent = this.formats.percent(threshold);
    if (answers.length === 0) return html`<p class="note">${fill(words.noWay, { sentence, percent })}</p>`;
    return html`
      <ul class="cards" aria-label=${fill(words.ways, { percent })}>
        ${answers.map(
          (answer) => html`<li part="card">
          <p class="title">${fill(words.withChanges, { percent: this.formats.percent(answer.probability) })}</p>
          <ul class="changes">
            ${answer.changes.map(
              ({ label, fromText, toText, follows }) => html`<li>
              <span class="label">${label}${follows ? html` ${words.follows}` : nothing}</span>
              <s aria-label=${fill(words.now, { value: fromText })}>${fromText}</s> <span class="arrow" aria-hidden="true">→</span> <b>${toText}</b>
            </li>`,
            )}
          </ul>
          <p class="sentence">${answer.sentence}</p>
          <button part="button" @click=${() => this.dispatchEvent(new TryChanges(answer.changes))}>${drawing(RESET)}${words.tryIt}</button>
        </li>`,
        )}
      </ul>
      <p class="note">${fill(words.waysNote, { percent })}</p>
    `;
  }

  static override styles = [
    controls,
    notes,
    css`
      :host {
        display: block;
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(220px, 1fr));
        gap: 0.75rem;
      }
      .cards > li {
        display: flex;
        flex-direction: column;
        gap: 0.5rem;
        padding: 0.8rem 0.9rem;
        border: 1px solid ${theme.line};
        border-radius: ${theme.radius};
        background: ${theme.paper};
      }
      .cards > .free {
        min-height: 11rem;
        border-color: transparent;
        background: none;
      }
      .arrow:dir(rtl) {
        display: inline-block;
        scale: -1 1;
      }
      .title {
        font-size: 13px;
        color: ${theme.inkSoft};
      }
      .changes {
        flex: 1;
      }
      .label {
        display: block;
        font-size: 12.5px;
        color: ${theme.inkSoft};
      }
      .label:dir(rtl) {
        text-align: right;
      }
      .changes li + li {
        margin-top: 0.35rem;
      }
      s {
        color: ${theme.inkSoft};
        text-decoration-thickness: 1px;
      }
      b {
        font-weight: 600;
      }
      .sentence {
        font-size: 13px;
        line-height: 1.45;
        color: ${theme.inkSoft};
      }
      .note {
        margin-top: 0.7rem;
      }
      @media print {
        .cards > li {
          break-inside: avoid;
        }
        button {
          display: none;
        }
      }
    `,
  ];
}
