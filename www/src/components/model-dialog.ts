/** A dialog with facts about the model, its quality, and a button to use another model. */
import { css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { page } from "../styles/page";
import { cardFigures, testRows } from "../text/card";
import { targetText } from "../text/fields";
import { formatBytes, formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { icon } from "./marks";
import { PageElement } from "./page-element";

@customElement("model-dialog")
export class ModelDialog extends PageElement {
  @property({ attribute: false }) model!: Model;
  @query("dialog") private dialog!: HTMLDialogElement;

  show() {
    this.dialog.showModal();
  }

  #choose() {
    this.dialog.close();
    this.dispatchEvent(new Event("choose-model"));
  }

  override render() {
    const t = texts();
    const { bytes, name, scorer } = this.model;
    const { schema, card, policy } = scorer;
    const rows = testRows(card);
    const figures = cardFigures(card);
    const facts: [string, string][] = [
      [t.predicts, targetText(schema)],
      [t.inputs, t.inputCount(schema.fields.length)],
      [
        t.tiers,
        policy.tiers
          .map(({ label, from }) => (from > 0 ? t.tierFrom(label, formatWholePercent(from)) : label))
          .join(", "),
      ],
      ...figures,
      [t.size, formatBytes(bytes.length)],
    ];
    return html`<dialog aria-labelledby="title">
      <div class="head">
        <h2 id="title">${name}</h2>
        <button class="plain icon" aria-label=${t.close} @click=${() => this.dialog.close()}>${icon("close")}</button>
      </div>
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      <p>${rows === undefined ? (figures.length > 0 ? "" : t.noCard) : t.measuredOn(rows)}</p>
      <button @click=${this.#choose}>${icon("model")}${t.otherModel}</button>
    </dialog>`;
  }

  static override styles = [
    page,
    css`
      dialog {
        width: min(480px, calc(100vw - 2rem));
        padding: 1.25rem 1.4rem 1.4rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
      }
      dialog::backdrop {
        background: rgb(10 12 14 / 45%);
      }
      .head {
        display: flex;
        justify-content: space-between;
        align-items: center;
        gap: 1rem;
      }
      h2 {
        font-size: 17px;
        font-weight: 600;
        letter-spacing: -0.01em;
      }
      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0.45rem 1.25rem;
        margin: 0.9rem 0;
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        font-weight: 550;
      }
      p {
        margin-bottom: 1rem;
        color: var(--ink-soft);
        font-size: 13px;
      }
    `,
  ];
}
