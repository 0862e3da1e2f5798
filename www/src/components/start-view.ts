/**
 * The first screen: what the page does, where to drop a table, and which columns the model needs.
 */
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { page } from "../styles/page";
import type { Mapping } from "../table/messages";
import { cardFigures } from "../text/card";
import type { Failure, Missing } from "../text/failure";
import { expectedValues } from "../text/fields";
import { failureText, texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { icon } from "./marks";
import { PageElement } from "./page-element";
import { ChooseSheet } from "./table-tools";

/** Asks to read the table again, with columns that stand for the missing ones. */
export class MapColumns extends Event {
  constructor(readonly mapping: Mapping) {
    super("map-columns");
  }
}

@customElement("start-view")
export class StartView extends PageElement {
  @property({ attribute: false }) model?: Model | undefined;
  /** Why the last file could not be used, and the sheets that can be read in its place. */
  @property({ attribute: false }) refused?: { failure: Failure; sheets: readonly string[] } | undefined;
  /** The name of the table that waits for the model. */
  @property({ attribute: false }) waiting?: string | undefined;
  /** The name of the table that stays open. */
  @property({ attribute: false }) openTable?: string | undefined;
  /** The name of the table that is kept on this device. */
  @property({ attribute: false }) kept?: string | undefined;
  @property({ type: Boolean }) dragging = false;
  /** The columns that the reader chose for missing fields. */
  @state() private chosen: Mapping = {};
  @query(".failure") private failureCard?: HTMLElement;

  protected override willUpdate(changed: Map<string, unknown>) {
    if (!changed.has("refused")) return;
    const { failure } = this.refused ?? {};
    this.chosen = failure?.kind === "columns" ? likelyColumns(failure.missing) : {};
  }

  protected override updated(changed: Map<string, unknown>) {
    if (changed.has("refused") && this.refused) this.failureCard?.focus();
  }

  #send(name: "choose-table" | "use-sample" | "choose-model" | "go-back" | "open-kept" | "forget-kept") {
    this.dispatchEvent(new Event(name));
  }

  override render() {
    const t = texts();
    const { model, refused } = this;
    return html`<div class="inside">
      <div class="lead">
        <h1>${t.lead}</h1>
        <p>${t.pitch}</p>
      </div>
      ${refused ? this.#failed(refused.failure, refused.sheets) : this.#open()}
      <div class="drop ${this.dragging ? "dragging" : ""}">
        ${icon("upload")}
        <p><b>${this.dragging ? t.dropHere : t.dropFile}</b></p>
        <div class="actions">
          <button class="primary" ?disabled=${!model} @click=${() => this.#send("choose-table")}>${t.chooseTable}</button>
          ${refused && !model ? html`<button @click=${() => this.#send("choose-model")}>${t.chooseModel}</button>` : nothing}
          ${model?.isDemo !== false ? html`<button ?disabled=${!model} @click=${() => this.#send("use-sample")}>${t.useSample}</button>` : nothing}
        </div>
        ${this.waiting ? html`<p role="status">${t.waits(this.waiting)}</p>` : nothing}
        <p class="small">${t.formats}</p>
      </div>
      ${model ? this.#model(model) : nothing}
    </div>`;
  }

  /** The tables that can be shown at once. */
  #open() {
    const t = texts();
    const { openTable, kept } = this;
    if (openTable === undefined && kept === undefined) return nothing;
    return html`<div class="open">
      ${openTable === undefined ? nothing : html`<button @click=${() => this.#send("go-back")}>${t.backTo(openTable)}</button>`}
      ${
        kept === undefined
          ? nothing
          : html`<p>${t.kept(kept)}</p>
            ${openTable === undefined ? html`<button @click=${() => this.#send("open-kept")}>${t.backTo(kept)}</button>` : nothing}
            <button class="link" @click=${() => this.#send("forget-kept")}>${t.forget}</button>`
      }
    </div>`;
  }

  #failed(failure: Failure, sheets: readonly string[]) {
    const t = texts();
    const { title, detail, message } = failureText(failure);
    return html`<div class="failure" role="alert" tabindex="-1">
      ${icon("alert")}
      <div>
        <h2>${title}</h2>
        ${detail ? html`<p>${detail}</p>` : nothing}
        ${message ? html`<p lang="en">${message}</p>` : nothing}
        ${failure.kind === "columns" ? this.#columns(failure) : nothing}
        ${sheets.length > 1 ? html`<p class="sheets">${t.sheet}: ${sheets.map((sheet) => html`<button @click=${() => this.dispatchEvent(new ChooseSheet(sheet))}>${sheet}</button>`)}</p>` : nothing}
        ${this.openTable ? html`<button class="back" @click=${() => this.#send("go-back")}>${t.backTo(this.openTable)}</button>` : nothing}
      </div>
    </div>`;
  }

  /** Each missing field beside the columns of the table, with the nearest name chosen. */
  #columns({ missing, columns }: Extract<Failure, { kind: "columns" }>) {
    const t = texts();
    const isWhole = missing.every(({ field }) => this.chosen[field] !== undefined);
    const choose = (field: string, column: string) => {
      const { [field]: _, ...others } = this.chosen;
      this.chosen = column === "" ? others : { ...others, [field]: column };
    };
    return html`<table>
        <thead><tr><th scope="col">${t.requiredColumn}</th><th scope="col">${t.columnOfTable}</th></tr></thead>
        <tbody>
          ${missing.map(
            ({ field, label }) => html`<tr>
            <th scope="row">${field}${label === field ? nothing : html` <small>${label}</small>`}</th>
            <td>
              <select aria-label=${t.columnFor(field)} @change=${(event: Event) => choose(field, (event.target as HTMLSelectElement).value)}>
                <option value="">${t.noColumnChosen}</option>
                ${columns.map((column) => html`<option value=${column} .selected=${column === this.chosen[field]}>${column}</option>`)}
              </select>
            </td>
          </tr>`,
          )}
        </tbody>
      </table>
      <button class="primary" ?disabled=${!isWhole} @click=${() => this.dispatchEvent(new MapColumns(this.chosen))}>${t.scoreWithColumns}</button>`;
  }

  #model({ name, scorer: { schema, card } }: Model) {
    const t = texts();
    return html`<section aria-labelledby="model">
      <div class="model">
        <h2 id="model">${name}</h2>
        <dl>
          ${cardFigures(card)
            .slice(0, 3)
            .map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
        </dl>
        <button @click=${() => this.#send("choose-model")}>${icon("model")}${t.otherModel}</button>
      </div>
      <details>
        <summary>${t.requiredColumns(schema.fields.length)}</summary>
        <ul>${schema.fields.map((field) => html`<li><code>${field.name}</code> <span>${expectedValues(field)}</span></li>`)}</ul>
      </details>
    </section>`;
  }

  static override styles = [
    page,
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
      .failure > div {
        min-width: 0;
      }
      .failure button {
        margin-top: 0.8rem;
        margin-inline-end: 0.5rem;
        max-width: 100%;
        white-space: normal;
      }
      .failure th {
        overflow-wrap: anywhere;
      }
      .failure select {
        min-width: 7rem;
      }
      .open {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
        margin-top: 1.25rem;
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
        padding-block: 0.25rem;
        padding-inline-end: 1.25rem;
        text-align: start;
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

/** The nearest column of each field, where no field before it has that one. */
function likelyColumns(missing: readonly Missing[]): Mapping {
  const taken = new Map<string, string>();
  for (const { field, nearest } of missing) {
    const column = nearest.find((candidate) => !taken.has(candidate));
    if (column !== undefined) taken.set(column, field);
  }
  return Object.fromEntries([...taken].map(([column, field]) => [field, column]));
}
