/**
 * One customer: their score, the reasons, and a form to try changes. The score and the reasons
 * follow every change.
 */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { CustomerRecord } from "tenure";
import type { TenureChange } from "tenure/elements";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import { type Extent, extents } from "../table/extents";
import type { ScoredTable } from "../table/scored-table";
import { sentence } from "../text/failure";
import { formatCount } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { customerTitle } from "./customer-title";
import { icon } from "./marks";
import { PageElement } from "./page-element";

@customElement("customer-panel")
export class CustomerPanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) row = 0;
  /** The customer's own values. */
  @state() private record: CustomerRecord = {};
  /** The values that are being tried; the own ones if there are none. */
  @state() private current: CustomerRecord = {};
  /** Whether the current values have a score. */
  @state() private isScored = true;
  @query("h2") private heading!: HTMLElement;
  #extents: ReadonlyMap<string, Extent> = new Map();

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("table")) this.#extents = extents(this.table, this.model.scorer);
    if (changed.has("table") || changed.has("row")) {
      this.record = this.table.record(this.row);
      this.current = this.record;
      this.isScored = this.table.isScored(this.row);
    }
  }

  #change({ detail }: CustomEvent<TenureChange>) {
    const isOwn = Object.keys(detail.changes).length === 0;
    this.current = isOwn ? this.record : detail.record;
    this.isScored = detail.score !== undefined;
  }

  #send(name: "close" | "previous" | "next" | "compare") {
    this.dispatchEvent(new Event(`panel-${name}`));
  }

  override render() {
    const t = texts();
    const { table, row } = this;
    const place = t.place(table.unit, table.lines[row]!);
    const isBroken = table.brokenRows.has(row);
    return html`
      <header>
        <div class="head">
          <div>
            <h2 tabindex="-1">${customerTitle(table, row)}</h2>
            <p>${table.isScored(row) ? t.rankOf(formatCount(table.rank[row]!), formatCount(table.scoredCount), place) : t.placeNotScored(t.unitNumber(table.unit, table.lines[row]!))}</p>
          </div>
          <nav aria-label=${t.customersNav}>
            <button class="plain icon" aria-label=${t.compare} title=${t.compare} @click=${() => this.#send("compare")}>${icon("compare")}</button>
            <button class="plain icon" aria-label=${t.previousCustomer} @click=${() => this.#send("previous")}>${icon("previous")}</button>
            <button class="plain icon" aria-label=${t.nextCustomer} @click=${() => this.#send("next")}>${icon("next")}</button>
            <button class="plain icon" aria-label=${t.closeCustomer} @click=${() => this.#send("close")}>${icon("close")}</button>
          </nav>
        </div>
        ${
          isBroken
            ? html`<p class="alert">${icon("alert")}<span>${t.brokenLine(table.unit)} <span lang="en">${sentence(table.findingsOf(row))}</span></span></p>`
            : html`<tenure-score .model=${this.model.bytes} .record=${this.current} .baseline=${this.record}></tenure-score>`
        }
      </header>
      ${isBroken ? nothing : this.#columns()}
    `;
  }

  #columns() {
    return html`
      <div class="columns">
        ${this.table.isScored(this.row) ? this.#actions() : nothing}
        ${
          this.isScored
            ? html`<tenure-reasons scale="probability" .model=${this.model.bytes} .record=${this.current} .baseline=${this.record}></tenure-reasons>`
            : html`<p class="note">${texts().noExplanation}</p>`
        }
        ${
          /* The next customer can have the same values: what was tried is not for them. */ keyed(
            this.record,
            html`<tenure-what-if
          no-score
          fields="all"
          .model=${this.model.bytes}
          .record=${this.record}
          .extents=${this.#extents}
          @tenure-change=${this.#change}
        ></tenure-what-if>`,
          )
        }
      </div>
    `;
  }

  /** What to do about the customer as they are, whatever is being tried. */
  #actions() {
    const t = texts();
    const { offers = [] } = this.model.scorer.policy;
    return offers.length > 0
      ? html`<tenure-actions .model=${this.model.bytes} .record=${this.record} .identifier=${this.table.customerName(this.row)}></tenure-actions>`
      : html`<section class="actions"><h3>${t.whatToDo}</h3><p class="note">${t.noOffers} <button class="link" @click=${() => this.dispatchEvent(new Event("edit-policy"))}>${t.editPolicy}</button></p></section>`;
  }

  static override styles = [
    page,
    panel,
    css`
      :host {
        padding: 0;
        container-type: inline-size;
      }
      header {
        position: sticky;
        top: 0;
        z-index: 2;
        padding: 1rem 1.5rem 0.9rem;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      nav {
        display: flex;
        margin-inline-end: -0.5rem;
      }
      h2:focus-visible {
        outline-offset: 0;
      }
      .head p {
        color: var(--ink-soft);
        font-size: 12.5px;
      }

      tenure-score {
        margin-top: 0.4rem;
      }
      /* The form shows each problem at its field. */
      tenure-score::part(problems),
      tenure-score::part(code) {
        display: none;
      }

      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 2rem;
        padding: 1.25rem 1.5rem 2rem;
      }
      @container (min-width: 780px) {
        .columns {
          grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr);
          grid-template-rows: auto 1fr;
        }
        :is(tenure-reasons, .columns > .note) {
          grid-area: 1 / 1 / 3 / 2;
        }
        :is(tenure-actions, .actions, tenure-what-if) {
          grid-column: 2;
        }
      }
      section {
        min-width: 0;
      }
      .note {
        color: var(--ink-soft);
        font-size: 13px;
      }
      @container (max-width: 480px) {
        header,
        .columns {
          padding-inline: 1rem;
        }
      }
      @media (max-height: 500px) {
        header {
          position: static;
        }
      }
      @media print {
        /* One page. */
        :host {
          zoom: 0.72;
        }
        header {
          position: static;
        }
        .columns {
          grid-template-columns: minmax(0, 1.1fr) minmax(0, 1fr);
          grid-template-rows: auto 1fr;
          gap: 1.5rem;
        }
        :is(tenure-reasons, .columns > .note) {
          grid-area: 1 / 1 / 2 / 2;
        }
        :is(tenure-actions, .actions) {
          grid-column: 2;
        }
        .columns > tenure-what-if {
          grid-column: 1 / -1;
        }
        /* The waterfall says the same, and a folded list says nothing. */
        tenure-reasons::part(force),
        tenure-actions::part(refused) {
          display: none;
        }
      }
    `,
  ];
}
