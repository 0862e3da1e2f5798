/** Two customers side by side: their scores, and the values and contributions of every field. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { CustomerRecord, Explanation } from "tenure";
import type { Explainer } from "tenure/elements";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import type { ScoredTable } from "../table/scored-table";
import { errorMessage } from "../text/failure";
import { fieldLabel } from "../text/fields";
import { formatPoints } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { OpenCustomer } from "./customer-table";
import { customerTitle } from "./customer-title";
import { icon } from "./marks";
import { PageElement } from "./page-element";

/** One field of the two customers. */
interface Difference {
  field: string;
  label: string;
  values: readonly string[];
  /** Of the probability; `undefined` until the explanation is there, and for a customer without one. */
  contributions: readonly (number | undefined)[];
  isSame: boolean;
}

@customElement("compare-panel")
export class ComparePanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) explainer?: Explainer | undefined;
  @property({ attribute: false }) rows: readonly [number, number] = [0, 0];
  @state() private explanations: readonly (Explanation | undefined)[] = [];
  @state() private failure = "";
  @state() private hidesSame = false;
  @query("h2") private heading!: HTMLElement;
  #records: readonly CustomerRecord[] = [];
  /** Who asks for the explanation of each side. */
  readonly #askers = [{}, {}];

  override focus() {
    this.heading.focus();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    for (const asker of this.#askers) this.explainer?.forget(asker);
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("rows") && !changed.has("table") && !changed.has("explainer")) return;
    this.#records = this.rows.map((row) => this.table.record(row));
    void this.#explain();
  }

  async #explain() {
    const { explainer, rows, table } = this;
    this.explanations = [];
    this.failure = "";
    try {
      const explained = await Promise.all(
        rows.map((row, side) =>
          table.isScored(row)
            ? explainer?.explain(this.#askers[side]!, this.#records[side]!, { scale: "probability" })
            : undefined,
        ),
      );
      if (this.rows === rows && this.explainer === explainer)
        this.explanations = explained.map((answer) => answer?.explanation);
    } catch (error) {
      this.failure = errorMessage(error);
    }
  }

  /** The fields, those first in which the contributions differ most. */
  #differences(): Difference[] {
    const byField = this.explanations.map(
      (explanation) => new Map(explanation?.contributions.map(({ field, contribution }) => [field, contribution])),
    );
    const differences = this.model.scorer.schema.fields.map((field): Difference => {
      const values = this.rows.map((row) => this.table.text(row, field.name));
      const cells = values.map((value) => this.model.scorer.cell(field.name, value));
      return {
        field: field.name,
        label: fieldLabel(field),
        values,
        contributions: this.rows.map((_, side) => byField[side]?.get(field.name)),
        isSame: cells[0] === undefined ? values[0] === values[1] : Object.is(cells[0], cells[1]),
      };
    });
    const size = ({ contributions: [left = 0, right = 0] }: Difference) => Math.abs(left - right);
    return differences.sort((left, right) => size(right) - size(left));
  }

  override render() {
    const t = texts();
    const differences = this.#differences();
    const shown = this.hidesSame ? differences.filter(({ isSame }) => !isSame) : differences;
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.comparison}</h2>
        <button class="plain icon" aria-label=${t.closeComparison} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      <div class="customers">${this.rows.map((row, side) => this.#customer(row, this.#records[side]!))}</div>
      ${this.failure ? html`<p class="alert" role="alert" lang="en">${icon("alert")}${this.failure}</p>` : nothing}
      <label class="same"><input type="checkbox" .checked=${this.hidesSame} @change=${() => (this.hidesSame = !this.hidesSame)} />${t.onlyDifferences}</label>
      ${shown.length === 0 ? html`<p role="status">${t.sameValues}</p>` : this.#table(shown)}
      <p class="note">${t.compareNote}</p>
    `;
  }

  #customer(row: number, record: CustomerRecord) {
    const t = texts();
    const name = customerTitle(this.table, row);
    return html`<section aria-label=${name}>
      <h3><button class="link" title=${t.openCustomer(name)} @click=${() => this.dispatchEvent(new OpenCustomer(row))}>${name}</button></h3>
      ${
        this.table.isScored(row)
          ? html`<tenure-score .model=${this.model.bytes} .record=${record}></tenure-score>`
          : html`<p class="alert">${icon("alert")}${t.rowNotScored}</p>`
      }
    </section>`;
  }

  #table(shown: readonly Difference[]) {
    const t = texts();
    const names = this.rows.map((row) => customerTitle(this.table, row));
    return html`<table>
      <thead>
        <tr><th scope="col">${t.field}</th>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>
      </thead>
      <tbody>${shown.map(
        ({ label, values, contributions, isSame }) => html`<tr class=${isSame ? "" : "differs"}>
          <th scope="row">${label}</th>
          ${values.map((value, side) => html`<td><span class="value">${value || t.empty}</span> ${contribution(contributions[side])}</td>`)}
        </tr>`,
      )}</tbody>
    </table>`;
  }

  static override styles = [
    page,
    panel,
    css`
      :host {
        container-type: inline-size;
      }
      .customers {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: 1rem 2rem;
        margin-top: 0.75rem;
      }
      h3 button {
        max-width: 100%;
        overflow-wrap: anywhere;
        white-space: normal;
        text-align: start;
      }
      .same {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        margin-top: 1.25rem;
        cursor: pointer;
      }
      .same input {
        width: 16px;
        height: 16px;
        margin: 0;
        accent-color: var(--accent);
      }
      table {
        width: 100%;
        margin: 0.6rem 0 1rem;
        border-collapse: collapse;
        table-layout: fixed;
        font-size: 13px;
      }
      th,
      td {
        padding: 0.5rem 0;
        padding-inline-end: 1rem;
        border-bottom: 1px solid var(--line);
        text-align: start;
        vertical-align: baseline;
        font-weight: 400;
        overflow-wrap: anywhere;
      }
      thead th {
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      tbody th {
        color: var(--ink-soft);
      }
      .differs .value {
        font-weight: 600;
      }
      .differs th {
        color: var(--ink);
      }
      .contribution {
        white-space: nowrap;
        font-weight: 550;
        unicode-bidi: isolate;
      }
      .up {
        color: var(--up);
      }
      .down {
        color: var(--down);
      }
      .note {
        max-width: 62ch;
        color: var(--ink-soft);
        font-size: 13px;
      }
      @container (max-width: 520px) {
        .customers {
          grid-template-columns: minmax(0, 1fr);
        }
        th,
        td {
          padding-inline-end: 0.5rem;
        }
      }
    `,
  ];
}

function contribution(value: number | undefined) {
  if (value === undefined) return nothing;
  const way = Math.abs(value) < 0.005 ? "" : value < 0 ? "down" : "up";
  return html`<span class="contribution ${way}">${formatPoints(value)}</span>`;
}
