/**
 * One customer: their score, the reasons, and a form to try changes. The score and the reasons
 * follow every change.
 */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { CustomerRecord } from "tenure";
import { controls, LANGUAGES, type Language, type TenureChange } from "tenure/elements";
import { panel } from "../styles/panel";
import { type Extent, extents } from "../table/extents";
import type { ScoredTable } from "../table/scored-table";
import { formatCount } from "../text/numbers";
import type { Model } from "../workspace/model";
import { icon } from "./marks";

/** Asks for another language of the reasons. */
export class Speak extends Event {
  constructor(readonly language: Language) {
    super("panel-speak");
  }
}

@customElement("customer-panel")
export class CustomerPanel extends LitElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  /** The language of sentences and values. The rest of the page is in English. */
  @property({ attribute: false }) language: Language = "en";
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

  #send(name: "close" | "previous" | "next") {
    this.dispatchEvent(new Event(`panel-${name}`));
  }

  override render() {
    const { table, row } = this;
    const isBroken = table.brokenRows.has(row);
    return html`
      <header>
        <div class="title">
          <div>
            <h2 tabindex="-1">${table.customerName(row)}</h2>
            <p>${table.isScored(row) ? `Rank ${formatCount(table.rank[row]!)} of ${formatCount(table.scoredCount)}, line ${table.lines[row]}` : `Line ${table.lines[row]}, not scored`}</p>
          </div>
          <nav aria-label="Customers">
            <button class="plain icon" aria-label="Previous customer" @click=${() => this.#send("previous")}>${icon("previous")}</button>
            <button class="plain icon" aria-label="Next customer" @click=${() => this.#send("next")}>${icon("next")}</button>
            <button class="plain icon" aria-label="Close the customer" @click=${() => this.#send("close")}>${icon("close")}</button>
          </nav>
        </div>
        ${
          isBroken
            ? html`<p class="alert">${icon("alert")}Not scored: ${table.findingsOf(row)}. Correct this line and choose the file again.</p>`
            : html`<tenure-score .model=${this.model.bytes} .language=${this.language} .record=${this.current} .baseline=${this.record}></tenure-score>`
        }
      </header>
      ${isBroken ? nothing : this.#columns()}
    `;
  }

  #columns() {
    return html`
      <div class="columns">
        ${
          this.isScored
            ? html`<tenure-reasons .model=${this.model.bytes} .language=${this.language} .record=${this.current} .baseline=${this.record}>
              ${this.#languages()}
            </tenure-reasons>`
            : html`<p class="note">A customer without a score has no explanation.</p>`
        }
        ${
          /* The next customer can have the same values: what was tried is not for them. */ keyed(
            this.record,
            html`<tenure-what-if
          no-score
          fields="all"
          .model=${this.model.bytes}
          .language=${this.language}
          .record=${this.record}
          .extents=${this.#extents}
          @tenure-change=${this.#change}
        ></tenure-what-if>`,
          )
        }
      </div>
    `;
  }

  #languages() {
    return html`<select slot="tools" class="language" aria-label="Language of the reasons" .value=${this.language} @change=${this.#speak}>
      ${Object.entries(LANGUAGES).map(([language, name]) => html`<option value=${language} lang=${language} ?selected=${language === this.language}>${name}</option>`)}
    </select>`;
  }

  #speak(event: Event) {
    this.dispatchEvent(new Speak((event.target as HTMLSelectElement).value as Language));
  }

  static override styles = [
    controls,
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
        margin-right: -0.5rem;
      }
      h2:focus-visible {
        outline-offset: 4px;
      }
      .title p {
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
        }
      }
      section {
        min-width: 0;
      }
      .language {
        width: auto;
        min-height: 32px;
        font-size: 13px;
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
      @media print {
        header {
          position: static;
        }
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
        .language {
          display: none;
        }
      }
    `,
  ];
}
