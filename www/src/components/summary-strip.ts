/** The table in a few figures. Each tier is a button that filters the table by that tier. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Shift, Tier } from "tenure";
import { cssVariables, tierMark, tierStep } from "tenure/elements";
import { page } from "../styles/page";
import { shareBar } from "../styles/share-bar";
import type { ScoredTable } from "../table/scored-table";
import { formatCount, formatPercent, formatSeconds } from "../text/numbers";
import { texts } from "../text/texts";
import { icon } from "./marks";
import { PageElement } from "./page-element";

/** Asks to turn the filter for a tier on or off. */
export class ToggleTier extends Event {
  constructor(readonly tier: number) {
    super("toggle-tier");
  }
}

/** Asks to show what a warning about a field is about. */
export class ShowField extends Event {
  constructor(
    readonly field: string,
    readonly rule: Shift["rule"],
  ) {
    super("show-field");
  }
}

@customElement("summary-strip")
export class SummaryStrip extends PageElement {
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) tiers: readonly Tier[] = [];
  /** The label of every field, by name. */
  @property({ attribute: false }) labels: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();

  override render() {
    const t = texts();
    const { table, tiers } = this;
    const { scoredCount, expected, fatalRows, noteCount, facts, unit } = table;
    const most = Math.max(1, ...table.tierCounts);
    return html`
      ${table.shifts.length > 0 ? this.#shifts(table.shifts) : nothing}
      <dl class="figures">
        <div><dt>${t.customersScored}</dt><dd>${formatCount(scoredCount)}</dd><dd class="more">${t.inTime(formatSeconds(facts.seconds))}</dd></div>
        <div>
          <dt>${t.expectedToLeave}</dt>
          <dd>${formatCount(Math.round(expected))}</dd>
          <dd class="more">${scoredCount > 0 ? formatPercent(expected / scoredCount) : nothing}</dd>
        </div>
      </dl>
      <div class="tiers" role="group" aria-label=${t.filterByTier}>
        ${tiers
          .map((tier, index) => ({ tier, index }))
          .reverse()
          .map(({ tier, index }) => {
            const count = table.tierCounts[index]!;
            const low = formatPercent(tier.from);
            return html`<button
            aria-pressed=${this.chosen.has(index)}
            class="step-${tierStep(index, tiers.length)}"
            title=${index + 1 < tiers.length ? t.between(low, formatPercent(tiers[index + 1]!.from)) : t.from(low)}
            @click=${() => this.dispatchEvent(new ToggleTier(index))}
          >
            <span class="name">${tierMark(index, tiers.length)}<span>${tier.label}</span></span>
            <span class="count">${formatCount(count)}</span>
            <span class="bar" ${cssVariables({ "--share": count / most })}></span>
          </button>`;
          })}
      </div>
      ${
        fatalRows + noteCount > 0 || facts.notices.length > 0
          ? html`<button class="findings ${fatalRows > 0 ? "fatal" : ""}" @click=${() => this.dispatchEvent(new Event("show-findings"))}>
            ${icon("alert")}
            <span>
              ${fatalRows > 0 ? html`<b>${t.notScored(fatalRows, unit)}</b>` : nothing}
              ${noteCount > 0 ? html`<span>${t.notesOnValues(noteCount)}</span>` : nothing}
              ${fatalRows + noteCount === 0 ? html`<span>${t.noteOnFile}</span>` : nothing}
            </span>
          </button>`
          : nothing
      }
    `;
  }

  /** Fields that are not as in training: the scores may be wrong. */
  #shifts(shifts: readonly Shift[]) {
    const t = texts();
    const { table, labels } = this;
    return html`<section class="shifts" aria-label=${t.shifts}>
      ${icon("alert")}
      <ul>
        ${shifts.map((shift) => {
          const label = labels.get(shift.field) ?? shift.field;
          const share = shift.rows / (table.rowCount - table.brokenRows.size);
          return html`<li>
            ${t.shift({ ...shift, label, share })}
            <button class="link" @click=${() => this.dispatchEvent(new ShowField(shift.field, shift.rule))}>${t.showField(label)}</button>
          </li>`;
        })}
      </ul>
    </section>`;
  }

  static override styles = [
    page,
    shareBar,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: stretch;
        gap: 0.9rem 2.25rem;
      }
      .figures {
        display: flex;
        gap: 2.25rem;
      }
      dt {
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      dd {
        display: inline;
        font-size: 24px;
        font-weight: 620;
        line-height: 1.2;
        letter-spacing: -0.02em;
      }
      dd.more {
        margin-inline-start: 0.4em;
        font-size: 12.5px;
        font-weight: 400;
        letter-spacing: 0;
        color: var(--ink-soft);
      }

      .shifts {
        display: flex;
        flex: 1 1 100%;
        gap: 0.6em;
        padding: 0.6rem 0.8rem;
        border: 1px solid var(--error);
        border-radius: var(--radius-small);
        background: var(--error-paper);
        color: var(--error);
      }
      .shifts li + li {
        margin-top: 0.3rem;
      }
      .shifts button {
        color: inherit;
        font-weight: 600;
      }

      /* A chip is never narrower than its name: the chips go to a line of their own before that. */
      .tiers {
        display: grid;
        flex: 1 1 36rem;
        grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
        gap: 0.4rem;
      }
      .tiers button {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0.1rem 0.5rem;
        min-width: 0;
        min-height: 48px;
        padding: 0.4rem 0.7rem 0.5rem;
        text-align: start;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 0.45em;
        min-width: 0;
      }
      .name span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .count {
        font-weight: 620;
      }
      .bar {
        grid-column: 1 / -1;
        height: 4px;
        border-radius: 2px;
      }
      [aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--selected);
        box-shadow: inset 0 0 0 1px var(--accent);
      }

      @media (forced-colors: active) {
        [aria-pressed='true'] {
          outline: 3px solid Highlight;
          outline-offset: -3px;
        }
      }
      .findings {
        align-self: stretch;
        min-height: 48px;
        text-align: start;
      }
      .findings.fatal {
        border-color: transparent;
        background: var(--error-paper);
        color: var(--error);
      }
      .findings.fatal:hover {
        border-color: currentColor;
      }
      .findings span > * {
        display: block;
        line-height: 1.3;
      }
      .findings b {
        font-weight: 600;
      }

      @media (max-width: 640px) {
        :host {
          gap: 0.6rem;
        }
        .figures {
          flex: 1 1 100%;
          justify-content: space-between;
          gap: 1rem;
        }
        dd {
          font-size: 20px;
        }
        .tiers {
          flex: 1 1 100%;
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
        .tiers button {
          min-height: 42px;
          padding-block: 0.25rem 0.4rem;
        }
        .findings {
          flex: 1;
          white-space: normal;
          min-height: 36px;
          justify-content: flex-start;
        }
        .findings span > * {
          display: inline;
          margin-inline-end: 0.6em;
        }
      }
    `,
  ];
}
