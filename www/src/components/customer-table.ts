/**
 * The customers, sorted by risk. Only the rows in view are in the document, so 100,000 rows scroll
 * as smoothly as ten. The grid itself has the focus and names the active row, because a row that
 * scrolls out of view is removed.
 */
import { css, html, nothing, type PropertyValues, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { repeat } from "lit/directives/repeat.js";
import type { Explanation, Scorer } from "tenure";
import { cssVariables, type Explainer, tierMark, tierStep, type Wish } from "tenure/elements";
import { findPeers, type Peers, type PeersRun } from "../cohort/peers";
import { page } from "../styles/page";
import { shareBar } from "../styles/share-bar";
import type { ScoredTable } from "../table/scored-table";
import { type Query, tellingFields } from "../table/view";
import { fieldLabels } from "../text/fields";
import { formatCount, formatPercent } from "../text/numbers";
import { texts } from "../text/texts";
import { customerTitle } from "./customer-title";
import { PageElement } from "./page-element";
import { HEAD_HEIGHT, ROW_HEIGHT, RowWindow } from "./row-window";

/** Asks to open a row's customer. */
export class OpenCustomer extends Event {
  constructor(readonly row: number) {
    super("open-customer");
  }
}

/** Asks to sort the rows. */
export class SortRows extends Event {
  constructor(
    readonly sort: string,
    readonly direction: 1 | -1,
  ) {
    super("sort-rows");
  }
}

const FIELD_COLUMNS = 4;
/** Milliseconds after the last scroll until rows in view are explained. */
const SETTLED = 120;

@customElement("customer-table")
export class CustomerTable extends PageElement {
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) scorer!: Scorer;
  /** The bytes of the scorer's model. */
  @property({ attribute: false }) model!: Uint8Array;
  @property({ attribute: false }) explainer?: Explainer | undefined;
  @property({ attribute: false }) rows: Uint32Array = new Uint32Array();
  @property({ attribute: false }) query!: Query;
  /** The row whose customer is open, or -1. */
  @property({ attribute: false }) selected = -1;
  /** The rows of customers who are compared. */
  @property({ attribute: false }) compared: readonly number[] = [];
  @state() private active = 0;
  @state() private scrolled = 0;
  @state() private height = 0;
  @query("[role=grid]") private grid!: HTMLElement;
  #fields: string[] = [];
  readonly #explanations = new Map<number, Explanation | undefined>();
  /** What the customers of each tier have in common. */
  @state() private peers?: Peers | undefined;
  #run?: PeersRun | undefined;
  #isWide = true;
  #scrolling: ReturnType<typeof setTimeout> | undefined;
  readonly #sizes = new ResizeObserver(() => this.#measure());

  /** Moves the focus to the grid. */
  override focus() {
    this.grid.focus({ preventScroll: true });
  }

  /** The row `steps` places after `row`, or the first or last row if there are fewer. */
  neighbour(row: number, steps: number): number {
    const place = this.rows.indexOf(row);
    return this.rows[Math.max(0, Math.min(this.rows.length - 1, place + steps))] ?? row;
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("table")) {
      this.#fields = tellingFields(this.table, this.scorer, FIELD_COLUMNS);
      this.#explanations.clear();
      this.peers = undefined;
      this.#run?.cancel();
      this.#run = undefined;
    }
    // Another language is another explainer.
    if (changed.has("explainer")) this.#explanations.clear();
    if (changed.has("rows")) this.active = Math.max(0, this.selected < 0 ? 0 : this.rows.indexOf(this.selected));
    if (changed.has("selected") && this.selected >= 0) {
      const place = this.rows.indexOf(this.selected);
      if (place >= 0) this.active = place;
    }
  }

  protected override firstUpdated() {
    this.#sizes.observe(this.grid);
    this.#measure();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.explainer?.setWishes(() => undefined);
    this.#run?.cancel();
    this.#run = undefined;
  }

  protected override updated(changed: PropertyValues<this>) {
    if (changed.has("rows") && changed.get("rows")) this.grid.scrollTop = 0;
    if (changed.has("rows") || changed.has("selected")) this.#reveal();
    this.explainer?.setWishes(() => this.#nextWish());
    // Once a row is explained: a model that proves slow gets no reasons in the table.
    if (this.explainer?.isCheap && this.#explanations.size > 0) void this.#findPeers();
  }

  /** The column of reasons says what sets a customer apart from these. */
  async #findPeers() {
    if (this.#run || this.peers || this.table.scoredCount === 0) return;
    const run = findPeers(this.model, this.scorer.schema, this.table);
    this.#run = run;
    const peers = await run.outcome;
    if (this.#run === run) this.peers = peers;
  }

  #measure() {
    // On paper the grid is as tall as its rows; measuring it there would render ever more of them.
    if (matchMedia("print").matches) return;
    this.height = this.grid.clientHeight;
    this.#isWide = this.grid.clientWidth > 620;
    this.requestUpdate();
  }

  #window(): RowWindow {
    return new RowWindow(this.rows.length, this.height, this.scrolled);
  }

  /** The first scored row in view whose strongest reason is not known yet. */
  #nextWish(): Wish | undefined {
    if (!this.#isWide || !this.isConnected || this.#scrolling !== undefined) return undefined;
    const { first, last } = this.#window().inView();
    for (let place = first; place < last; place++) {
      const row = this.rows[place]!;
      if (!this.table.isScored(row) || this.#explanations.has(row)) continue;
      return {
        record: this.table.record(row),
        done: (explanation: Explanation | undefined) => {
          this.#explanations.set(row, explanation);
          this.requestUpdate();
        },
      };
    }
    return undefined;
  }

  #onScroll() {
    this.scrolled = this.grid.scrollTop;
    clearTimeout(this.#scrolling);
    this.#scrolling = setTimeout(() => {
      this.#scrolling = undefined;
      this.explainer?.setWishes(() => this.#nextWish());
    }, SETTLED);
  }

  #onKey(event: KeyboardEvent) {
    if (event.target !== this.grid || event.altKey || event.metaKey) return;
    const page = this.#window().pageRows;
    const last = this.rows.length - 1;
    const places: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: last,
    };
    const place = places[event.key];
    if (place !== undefined) {
      this.active = Math.max(0, Math.min(last, place));
      this.#reveal();
      // While a customer is open, the arrow keys open the next or previous one.
      if (this.selected >= 0) this.#open(this.active);
    } else if (event.key === "Enter" || event.key === " ") {
      this.#open(this.active);
    } else {
      return;
    }
    event.preventDefault();
  }

  #open(place: number) {
    const row = this.rows[place];
    if (row !== undefined) this.dispatchEvent(new OpenCustomer(row));
  }

  #reveal() {
    const top = this.#window().revealing(this.active);
    if (top === undefined) return;
    this.grid.scrollTop = top;
    this.scrolled = this.grid.scrollTop;
  }

  override render() {
    const view = this.#window();
    const { first, last } = view.rendered();
    const places = Array.from({ length: last - first }, (_, index) => first + index);
    const isActiveShown = this.active >= first && this.active < last;
    return html`<div
      role="grid"
      class=${this.explainer?.isCheap ? "" : "without-reasons"}
      tabindex="0"
      aria-label=${texts().grid}
      aria-rowcount=${this.rows.length + 1}
      aria-activedescendant=${isActiveShown ? `place-${this.active}` : nothing}
      @scroll=${this.#onScroll}
      @keydown=${this.#onKey}
      ${cssVariables({ "--rank": `${formatCount(this.table.rowCount).length * 8.5}px` })}
    >
      <div role="rowgroup" class="head">
        <div role="row" aria-rowindex="1" class="line">${this.#heads()}</div>
      </div>
      <div role="rowgroup" class="body" ${cssVariables({ "--height": `${view.bodyHeight}px` })}>
        ${repeat(
          places,
          (place) => place,
          (place) => this.#row(place, view),
        )}
      </div>
    </div>`;
  }

  #heads() {
    const t = texts();
    const { identifier, unit } = this.table;
    const labels = fieldLabels(this.scorer.schema);
    return html`
      <div role="columnheader" class="rank">#</div>
      ${this.#head("customer", identifier ?? "line", identifier ?? t.unit[unit], 1)}
      ${this.#head("risk", "risk", t.risk, -1)}
      <div role="columnheader" class="tier"><span>${t.tier}</span></div>
      <div role="columnheader" class="reason" title=${t.reasonTitle}>${t.reason}</div>
      ${this.#fields.map((field, index) => this.#head(`field field-${index}`, field, labels.get(field)!, 1))}
    `;
  }

  #head(kind: string, sort: string, label: string, first: 1 | -1) {
    const isSorted = this.query.sort === sort;
    const order = isSorted ? (this.query.direction === 1 ? "ascending" : "descending") : "none";
    const next = isSorted ? (-this.query.direction as 1 | -1) : first;
    return html`<div role="columnheader" class="${kind} sorts" aria-sort=${order}>
      <button class="plain" title=${texts().sortBy(label)} @click=${() => this.dispatchEvent(new SortRows(sort, next))}>
        <span>${label}</span><i class=${order} aria-hidden="true"></i>
      </button>
    </div>`;
  }

  #row(place: number, view: RowWindow) {
    const { table } = this;
    const row = this.rows[place]!;
    const isScored = table.isScored(row);
    const isSelected = row === this.selected || this.compared.includes(row);
    const classes = { line: true, row: true, active: place === this.active, selected: isSelected };
    return html`<div
      role="row"
      id="place-${place}"
      class=${classMap(classes)}
      aria-rowindex=${place + 2}
      aria-selected=${isSelected}
      ${cssVariables({ "--top": `${view.top(place)}px` })}
      @click=${() => this.#open(place)}
    >
      <div role="gridcell" class="rank">${isScored ? formatCount(table.rank[row]!) : "–"}</div>
      <div role="rowheader" class="customer">${customerTitle(table, row)}</div>
      ${isScored ? this.#score(row) : html`<div role="gridcell" class="risk unscored">${texts().rowNotScored}</div><div role="gridcell" class="tier"></div>`}
      <div role="gridcell" class="reason">${this.#reason(row)}</div>
      ${this.#fields.map((field, index) => html`<div role="gridcell" class="field field-${index}">${table.text(row, field)}</div>`)}
    </div>`;
  }

  #score(row: number) {
    const { tiers } = this.scorer.policy;
    const probability = this.table.probability[row]!;
    const tier = this.table.tier[row]!;
    return html`
      <div role="gridcell" class="risk">
        <span class="bar step-${tierStep(tier, tiers.length)}" ${cssVariables({ "--share": probability })}></span>
        <span class="percent">${formatPercent(probability)}</span>
      </div>
      <div role="gridcell" class="tier">${tierMark(tier, tiers.length)}<span>${tiers[tier]!.label}</span></div>
    `;
  }

  #reason(row: number) {
    const explanation = this.#explanations.get(row);
    const reason = explanation && this.peers?.strongest(explanation);
    if (!reason) return nothing;
    const isUp = reason.contribution >= 0;
    return html`<b class=${isUp ? "up" : "down"}>${isUp ? "+" : "−"}</b><span class="visually-hidden">${isUp ? texts().raisedBy : texts().loweredBy}</span>
      <span class="label">${reason.label}</span> <span class="text">${reason.text}</span>`;
  }

  static override styles = [
    page,
    shareBar,
    css`
      :host {
        display: block;
        min-height: 0;
        container-type: inline-size;
      }
      [role='grid'] {
        --reason: minmax(170px, 2fr);
        height: 100%;
        overflow: hidden auto;
        background: var(--surface);
        overscroll-behavior: contain;
      }
      [role='grid']:focus-visible {
        outline-offset: -2px;
      }
      /* The active row shows the focus. */
      [role='grid']:focus-visible:has(.active) {
        outline: none;
      }
      .line {
        --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1.1fr) 176px 104px var(--reason) repeat(4, minmax(88px, 1fr));
        display: grid;
        grid-template-columns: var(--columns);
        align-items: center;
        padding: 0 0.75rem;
      }
      .line > * {
        min-width: 0;
        padding: 0 0.5rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      [role='grid'].without-reasons {
        --reason: ;
      }
      .without-reasons .reason {
        display: none;
      }

      .head {
        position: sticky;
        top: 0;
        z-index: 1;
        background: var(--surface);
        border-bottom: 1px solid var(--line);
      }
      .head .line {
        height: ${unsafeCSS(HEAD_HEIGHT - 1)}px;
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      .head button {
        max-width: 100%;
        min-height: 28px;
        margin-inline-start: -0.4rem;
        padding: 0 0.4rem;
        font-weight: 400;
      }
      .head button span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .head :is([aria-sort='ascending'], [aria-sort='descending']) button {
        color: var(--ink);
        font-weight: 600;
      }
      .head .sorts {
        overflow: visible;
      }
      .head i {
        flex: none;
        width: 8px;
        height: 5px;
        background: currentColor;
        visibility: hidden;
        clip-path: polygon(0 0, 100% 0, 50% 100%);
      }
      .head i.ascending {
        visibility: visible;
        rotate: 180deg;
      }
      .head i.descending {
        visibility: visible;
      }

      .body {
        position: relative;
        height: var(--height);
        overflow: clip;
      }
      .row {
        position: absolute;
        inset: 0 0 auto;
        height: ${unsafeCSS(ROW_HEIGHT)}px;
        border-bottom: 1px solid var(--line);
        transform: translateY(var(--top));
        contain: strict;
        cursor: pointer;
      }
      .row:hover {
        background: var(--hover);
      }
      .row.selected {
        background: var(--selected);
        box-shadow: inset 3px 0 var(--accent);
      }
      .row.selected:dir(rtl) {
        box-shadow: inset -3px 0 var(--accent);
      }
      /* Neither backgrounds nor shadows show there. */
      @media (forced-colors: active) {
        .row.selected {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
        [role='grid']:focus-visible .row.active {
          outline: 2px dashed Highlight;
          outline-offset: -2px;
        }
        .head i {
          forced-color-adjust: none;
          background: CanvasText;
        }
      }
      [role='grid']:focus-visible .row.active {
        box-shadow: inset 0 0 0 2px var(--accent);
      }

      .rank {
        color: var(--ink-soft);
        text-align: end;
      }
      .customer {
        font-weight: 550;
      }
      .row :is(.customer, .field):dir(rtl) {
        direction: ltr;
        text-align: right;
      }
      .risk {
        display: flex;
        align-items: center;
        gap: 0.65rem;
      }
      .bar {
        flex: 1;
        height: 8px;
        border-radius: 4px;
      }
      .percent {
        flex: none;
        width: 4.1em;
        text-align: end;
        font-weight: 550;
      }
      .risk.unscored {
        color: var(--error);
      }
      .row .tier {
        display: flex;
        align-items: center;
        gap: 0.5em;
      }
      .reason b {
        display: inline-block;
        width: 1em;
        font-weight: 700;
      }
      .reason .up {
        color: var(--up);
      }
      .reason .down {
        color: var(--down);
      }
      .reason .label,
      .row .field {
        color: var(--ink-soft);
      }

      @container (max-width: 1240px) {
        .line {
          --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1.1fr) 176px 104px var(--reason) repeat(2, minmax(88px, 1fr));
        }
        .field-2,
        .field-3 {
          display: none;
        }
      }
      @container (max-width: 960px) {
        .line {
          --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1fr) 160px 104px var(--reason);
        }
        .field {
          display: none;
        }
      }
      @container (max-width: 620px) {
        .line {
          --columns: calc(var(--rank) + 0.9rem) minmax(84px, 1.15fr) minmax(96px, 1fr) 88px;
          padding: 0 0.25rem;
        }
        .line > * {
          padding: 0 0.35rem;
        }
        .reason {
          display: none;
        }
        .risk {
          gap: 0.4rem;
        }
      }
      /* The mark shows the tier; screen readers still get its name. */
      @container (max-width: 356px) {
        .line {
          --columns: calc(var(--rank) + 0.9rem) minmax(84px, 1.15fr) minmax(96px, 1fr) 36px;
        }
        .tier span {
          position: absolute;
          clip-path: inset(50%);
        }
      }
      @media print {
        [role='grid'] {
          height: auto;
          overflow: visible;
        }
        .head {
          position: static;
        }
        .body {
          height: auto;
        }
        .row {
          position: static;
          transform: none;
          break-inside: avoid;
        }
      }
    `,
  ];
}
