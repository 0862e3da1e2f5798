/** A dialog with facts about the model, its quality, and a button to use another model. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Card } from "tenure";
import { controls } from "tenure/elements";
import { cardFigures } from "../text/card";
import { targetText } from "../text/fields";
import { formatWholePercent } from "../text/formats";
import { formatBytes, formatCount } from "../text/numbers";
import type { Model } from "../workspace/model";
import { icon } from "./marks";

@customElement("model-dialog")
export class ModelDialog extends LitElement {
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
    const { bytes, scorer } = this.model;
    const { schema, card, policy } = scorer;
    const rows = (card as Partial<Card>).rows;
    const facts: [string, string][] = [
      ["Predicts", targetText(schema)],
      ["Inputs", `${schema.fields.length} fields`],
      [
        "Tiers",
        policy.tiers
          .map(({ label, from }) => (from > 0 ? `${label} from ${formatWholePercent(from)}` : label))
          .join(", "),
      ],
      ...cardFigures(card),
      ["Size", formatBytes(bytes.length)],
    ];
    return html`<dialog aria-labelledby="title">
      <div class="title">
        <h2 id="title">${schema.name || card.name}</h2>
        <button class="plain icon" aria-label="Close" @click=${() => this.dialog.close()}>${icon("close")}</button>
      </div>
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      ${
        rows
          ? html`<p>
              Quality was measured on a test set of ${formatCount(rows.test)} customers that were not used for training.
            </p>`
          : nothing
      }
      <button @click=${this.#choose}>${icon("model")}Use another model</button>
    </dialog>`;
  }

  static override styles = [
    controls,
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
      .title {
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
