/**
 * The first screen: what the page does, where to drop a table, and which columns the model needs.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Field } from "tenure";
import { controls } from "tenure/elements";
import { cardFigures } from "../text/card";
import type { FileFailure } from "../text/failure";
import type { Model } from "../workspace/model";
import { icon } from "./marks";

@customElement("start-view")
export class StartView extends LitElement {
  @property({ attribute: false }) model?: Model | undefined;
  @property({ attribute: false }) failure?: FileFailure | undefined;
  /** The name of the table that stays open after a failure. */
  @property({ attribute: false }) openTable?: string | undefined;
  @property({ type: Boolean }) dragging = false;
  @query(".failure") private failureCard?: HTMLElement;

  protected override updated(changed: Map<string, unknown>) {
    if (changed.has("failure") && this.failure) this.failureCard?.focus();
  }

  #send(name: "choose-table" | "use-sample" | "choose-model" | "go-back") {
    this.dispatchEvent(new Event(name));
  }

  override render() {
    return html`<div class="inside">
      <div class="lead">
        <h1>Who is likely to leave, and why</h1>
        <p>Drop a customer table. Every customer gets a calibrated probability and an exact explanation, computed on this device.</p>
      </div>
      ${this.failure ? this.#failed(this.failure) : nothing}
      <div class="drop ${this.dragging ? "dragging" : ""}">
        ${icon("upload")}
        <p><b>${this.dragging ? "Drop the file to score it" : "Drop a CSV file here, or choose one"}</b></p>
        <div class="actions">
          <button class="primary" ?disabled=${!this.model} @click=${() => this.#send("choose-table")}>Choose a CSV</button>
          ${this.failure && !this.model ? html`<button @click=${() => this.#send("choose-model")}>Choose a model</button>` : nothing}
          ${this.model?.isDemo !== false ? html`<button ?disabled=${!this.model} @click=${() => this.#send("use-sample")}>Use the sample table</button>` : nothing}
        </div>
        <p class="small">Separate columns with commas, semicolons or tabs. The first line must name the columns. You can also drop a model file (.safetensors).</p>
      </div>
      ${this.model ? this.#model(this.model) : nothing}
    </div>`;
  }

  #failed({ title, detail, missing }: FileFailure) {
    return html`<div class="failure" role="alert" tabindex="-1">
      ${icon("alert")}
      <div>
        <h2>${title}</h2>
        <p>${detail}</p>
        ${
          missing.length > 0
            ? html`<table>
              <thead><tr><th scope="col">Required column</th><th scope="col">Similar column in the file</th></tr></thead>
              <tbody>
                ${missing.map(
                  ({ field, label, nearest }) => html`<tr>
                  <th scope="row">${field}${label === field ? nothing : html` <small>${label}</small>`}</th>
                  <td>${nearest.length > 0 ? nearest.join(" or ") : "none"}</td>
                </tr>`,
                )}
              </tbody>
            </table>`
            : nothing
        }
        ${this.openTable ? html`<button @click=${() => this.#send("go-back")}>Back to ${this.openTable}</button>` : nothing}
      </div>
    </div>`;
  }

  #model({ scorer: { schema, card } }: Model) {
    return html`<section aria-labelledby="model">
      <div class="model">
        <h2 id="model">${schema.name || card.name}</h2>
        <dl>
          ${cardFigures(card)
            .slice(0, 3)
            .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
        </dl>
        <button @click=${() => this.#send("choose-model")}>${icon("model")}Use another model</button>
      </div>
      <details>
        <summary>Required columns (${schema.fields.length})</summary>
        <ul>${schema.fields.map((field) => html`<li><code>${field.name}</code> <span>${expected(field)}</span></li>`)}</ul>
      </details>
    </section>`;
  }

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        overflow-y: auto;
      }
      .inside {
        max-width: 760px;
        margin: 0 auto;
        padding: clamp(1.5rem, 7vh, 5rem) 1.25rem 2rem;
      }
      h1 {
        font-size: clamp(26px, 5vw, 38px);
        font-weight: 650;
        line-height: 1.12;
        letter-spacing: -0.028em;
        text-wrap: balance;
      }
      .lead p {
        max-width: 54ch;
        margin-top: 0.8rem;
        color: var(--ink-soft);
        font-size: 16px;
        line-height: 1.5;
      }
      .drop {
        display: grid;
        justify-items: center;
        gap: 0.8rem;
        margin-top: 1.75rem;
        padding: 2.5rem 1.25rem 2rem;
        border: 1.5px dashed var(--line-strong);
        border-radius: var(--radius);
        background: var(--surface);
        text-align: center;
        transition: background var(--quick);
      }
      .dragging {
        border-color: var(--accent);
        background: var(--selected);
      }
      .drop > svg.icon {
        width: 30px;
        height: 30px;
        stroke-width: 1.25;
        color: var(--accent);
      }
      .drop b {
        display: block;
        text-wrap: balance;
        font-size: 16px;
        font-weight: 600;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.6rem;
      }
      .actions button {
        min-height: 42px;
        padding: 0 1.2em;
      }
      .small {
        max-width: 46ch;
        font-size: 12.5px;
        color: var(--ink-soft);
      }

      section {
        margin-top: 1.75rem;
      }
      .model {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 1rem 2rem;
      }
      h2 {
        font-size: 15px;
        font-weight: 600;
      }
      .model h2 {
        flex-basis: 100%;
        margin-bottom: -0.35rem;
      }
      dl {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        gap: 0.75rem 2rem;
      }
      dt {
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      dd {
        font-weight: 550;
      }
      details {
        margin-top: 1.1rem;
        border-top: 1px solid var(--line);
      }
      @media (max-width: 640px) {
        .model {
          display: grid;
        }
        .model h2 {
          margin: 0;
        }
        dl {
          gap: 0.75rem 1.5rem;
        }
      }
      summary {
        padding: 0.75rem 0;
        color: var(--ink-soft);
        cursor: pointer;
      }
      details ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr));
        gap: 0.5rem 1.5rem;
        font-size: 13px;
      }
      details li span {
        display: block;
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      code {
        font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
        font-size: 12.5px;
      }

      .failure {
        display: flex;
        gap: 0.8rem;
        margin-top: 1.5rem;
        padding: 1rem 1.1rem;
        border-radius: var(--radius);
        background: var(--error-paper);
      }
      .failure > svg.icon {
        margin-top: 1px;
        color: var(--error);
      }
      .failure h2 {
        color: var(--error);
      }
      .failure button {
        margin-top: 0.8rem;
      }
      .failure p {
        margin-top: 0.2rem;
        max-width: 68ch;
        overflow-wrap: anywhere;
      }
      table {
        margin-top: 0.8rem;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 0.25rem 1.25rem 0.25rem 0;
        text-align: left;
        font-weight: 400;
        vertical-align: baseline;
      }
      thead th {
        color: var(--ink-soft);
      }
      tbody th {
        font-weight: 600;
      }
      small {
        font-size: 12px;
        font-weight: 400;
        color: var(--ink-soft);
      }
    `,
  ];
}

/** The values that a column may have, in words. */
function expected(field: Field): string {
  if (field.kind === "date") return `date, such as 2024-01-31${field.format ? `, or ${field.format}` : ""}`;
  if (field.kind === "flag") return `${field.positive} or ${field.negative}`;
  if (field.kind === "category") {
    const shown = field.categories.slice(0, 4).join(", ");
    return field.categories.length > 4 ? `${shown} and ${field.categories.length - 4} more` : shown;
  }
  const { minimum, maximum, unit } = field;
  const range =
    minimum !== undefined && maximum !== undefined
      ? ` ${minimum} to ${maximum}`
      : minimum !== undefined
        ? ` from ${minimum}`
        : maximum !== undefined
          ? ` up to ${maximum}`
          : "";
  return `number${range}${unit ? `, ${unit}` : ""}`;
}
