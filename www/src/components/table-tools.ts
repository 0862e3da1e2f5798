/** The tools above the table: search, segment, sheet, what is shown, the drivers, and the export. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page } from "../styles/page";
import type { ScoredTable } from "../table/scored-table";
import { BY_RISK, type Query, type SegmentField } from "../table/view";
import { formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import { icon } from "./marks";
import { PageElement } from "./page-element";
import "./segment-select";
import type { ChooseSegment } from "./segment-select";

/** Asks for other rows or another order of them. */
export class ChangeQuery extends Event {
  constructor(readonly part: Partial<Query>) {
    super("change-query");
  }
}

/** Asks to read another sheet of the workbook. */
export class ChooseSheet extends Event {
  constructor(readonly sheet: string) {
    super("choose-sheet");
  }
}

/** Asks to export the rows shown. */
export class ExportRows extends Event {
  constructor(readonly withReasons: boolean) {
    super("export-rows");
  }
}

@customElement("table-tools")
export class TableTools extends PageElement {
  @property({ attribute: false }) table!: ScoredTable;
  /** The label of every field, by name. */
  @property({ attribute: false }) labels: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) segments: readonly SegmentField[] = [];
  @property({ attribute: false }) query: Query = BY_RISK;
  /** Number of rows shown. */
  @property({ attribute: false }) count = 0;
  /** The share of the customers whose reasons are found, while they are exported. */
  @property({ attribute: false }) exporting?: number | undefined;
  /** Whether there is room for the search only: a panel is beside the table. */
  @property({ type: Boolean, reflect: true }) small = false;

  #change(part: Partial<Query>) {
    this.dispatchEvent(new ChangeQuery(part));
  }

  override render() {
    const t = texts();
    const { table, query, count } = this;
    const all = { text: "", tiers: BY_RISK.tiers, segment: undefined };
    return html`
      <label class="search">
        <span class="visually-hidden">${t.searchCustomers}</span>${icon("search")}
        <input
          type="search"
          placeholder=${t.searchIn(table.facts.name)}
          autocomplete="off"
          spellcheck="false"
          .value=${query.text}
          @input=${(event: Event) => this.#change({ text: (event.target as HTMLInputElement).value })}
        />
      </label>
      <segment-select
        .segments=${this.segments}
        .labels=${this.labels}
        .chosen=${query.segment}
        @choose-segment=${({ segment }: ChooseSegment) => this.#change({ segment })}
      ></segment-select>
      ${this.#sheets()}
      ${
        count < table.rowCount
          ? html`<p class="shown" role="status">${t.shown(count)} <button class="link" @click=${() => this.#change(all)}>${t.showAll}</button></p>`
          : nothing
      }
      <div class="actions">
        <button class="action primary" title=${t.callTitle} @click=${() => this.dispatchEvent(new Event("show-plan"))}>${icon("call")}<span>${t.call}</span></button>
        <button class="action" title=${t.driftTitle} @click=${() => this.dispatchEvent(new Event("show-drift"))}>${icon("drift")}<span>${t.drift}</span></button>
        <button class="action" title=${t.driversTitle} @click=${() => this.dispatchEvent(new Event("show-drivers"))}>${icon("drivers")}<span>${t.drivers}</span></button>
        ${this.exporting === undefined ? this.#exports() : this.#progress(this.exporting)}
      </div>
    `;
  }

  #sheets() {
    const { sheets, sheet } = this.table.facts;
    if (sheets.length < 2) return nothing;
    const choose = (event: Event) => this.dispatchEvent(new ChooseSheet((event.target as HTMLSelectElement).value));
    return html`<select class="sheet" aria-label=${texts().sheet} @change=${choose}>
      ${sheets.map((name) => html`<option value=${name} ?selected=${name === sheet}>${name}</option>`)}
    </select>`;
  }

  #exports() {
    const t = texts();
    return html`
      <button class="action" title=${t.exportTitle} @click=${() => this.dispatchEvent(new ExportRows(false))}>${icon("download")}<span>${t.export}</span></button>
      <button class="action" title=${t.exportReasonsTitle} @click=${() => this.dispatchEvent(new ExportRows(true))}>${icon("reasons")}<span>${t.exportReasons}</span></button>
    `;
  }

  #progress(share: number) {
    const t = texts();
    return html`
      <p class="exporting" role="status">${t.explaining(formatWholePercent(share))}</p>
      <button class="plain icon" aria-label=${t.cancelExport} title=${t.cancelExport} @click=${() => this.dispatchEvent(new Event("cancel-export"))}>${icon("close")}</button>
    `;
  }

  static override styles = [
    page,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
      }
      .search {
        position: relative;
        flex: 1 1 220px;
        max-width: 340px;
        min-width: 0;
      }
      .search svg {
        position: absolute;
        top: 9px;
        inset-inline-start: 10px;
        color: var(--ink-soft);
        pointer-events: none;
      }
      .search input {
        padding-inline-start: 34px;
      }
      .search input::placeholder {
        color: var(--ink-soft);
        opacity: 1;
      }
      .sheet {
        width: auto;
        max-width: 12rem;
      }
      .shown,
      .exporting {
        color: var(--ink-soft);
      }
      .shown button {
        margin-inline-start: 0.4em;
      }
      .actions {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        margin-inline-start: auto;
      }

      @media (min-width: 901px) {
        :host([small]) :is(segment-select, .sheet, .actions) {
          display: none;
        }
        :host([small]) .search {
          flex-basis: 100%;
          max-width: none;
        }
      }
      @media (max-width: 800px) {
        .action {
          position: relative;
          flex: none;
          overflow: hidden;
          width: 40px;
          padding: 0;
        }
        .action span {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      @media (max-width: 640px) {
        .search {
          flex-basis: 100%;
          max-width: none;
        }
        segment-select {
          flex: 1 1 8rem;
        }
        .shown {
          font-size: 12.5px;
        }
        .shown button {
          display: block;
          margin: 0;
        }
      }
    `,
  ];
}
