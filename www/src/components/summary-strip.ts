/** The table in a few figures. Each tier is a button that filters the table by that tier. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Tier } from "tenure";
import { controls, cssVariables, tierMark, tierMarkStyles, tierStep } from "tenure/elements";
import type { ScoredTable } from "../table/scored-table";
import { formatPercent, formatSeconds } from "../text/formats";
import { counted, formatCount } from "../text/numbers";
import { icon } from "./marks";

/** Asks to turn the filter for a tier on or off. */
export class ToggleTier extends Event {
  constructor(readonly tier: number) {
    super("toggle-tier");
  }
}

@customElement("summary-strip")
export class SummaryStrip extends LitElement {
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) tiers: readonly Tier[] = [];
  @property({ attribute: false }) chosen: ReadonlySet<number> = new Set();

  override render() {
    const { table, tiers } = this;
    const { scoredCount, expected, fatalRows, noteCount, facts } = table;
    const most = Math.max(1, ...table.tierCounts);
    return html`
      <dl class="figures">
        <div><dt>Customers scored</dt><dd>${formatCount(scoredCount)}</dd><dd class="more">in ${formatSeconds(facts.seconds)}</dd></div>
        <div>
          <dt>Expected to leave</dt>
          <dd>${formatCount(Math.round(expected))}</dd>
          <dd class="more">${scoredCount > 0 ? formatPercent(expected / scoredCount) : nothing}</dd>
        </div>
      </dl>
      <div class="tiers" role="group" aria-label="Filter by tier">
        ${tiers
          .map((tier, index) => ({ tier, index }))
          .reverse()
          .map(({ tier, index }) => {
            const count = table.tierCounts[index]!;
            return html`<button
            aria-pressed=${this.chosen.has(index)}
            class="step-${tierStep(index, tiers.length)}"
            title=${index + 1 < tiers.length ? `${formatPercent(tier.from)} to ${formatPercent(tiers[index + 1]!.from)}` : `from ${formatPercent(tier.from)}`}
            @click=${() => this.dispatchEvent(new ToggleTier(index))}
          >
            <span class="name">${tierMark(index, tiers.length)}${tier.label}</span>
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
              ${fatalRows > 0 ? html`<b>${counted(fatalRows, "line")} not scored</b>` : nothing}
              ${noteCount > 0 ? html`<span>${counted(noteCount, "note")} on values</span>` : nothing}
              ${fatalRows + noteCount === 0 ? html`<span>A note on the file</span>` : nothing}
            </span>
          </button>`
          : nothing
      }
    `;
  }

  static override styles = [
    controls,
    tierMarkStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: stretch;
        gap: 0.9rem 2.25rem;
        container-type: inline-size;
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
        margin-left: 0.4em;
        font-size: 12.5px;
        font-weight: 400;
        letter-spacing: 0;
        color: var(--ink-soft);
      }

      .tiers {
        display: flex;
        flex: 1 1 420px;
        gap: 0.4rem;
      }
      .tiers button {
        display: grid;
        flex: 1;
        grid-template-columns: 1fr auto;
        gap: 0.1rem 0.5rem;
        min-width: 0;
        min-height: 48px;
        padding: 0.4rem 0.7rem 0.5rem;
        text-align: left;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 0.45em;
        min-width: 0;
      }
      .count {
        font-weight: 620;
      }
      .bar {
        grid-column: 1 / -1;
        height: 4px;
        border-radius: 2px;
        background: linear-gradient(var(--tier), var(--tier)) 0 0 / calc(var(--share) * 100%) 100% no-repeat var(--sunken);
      }
      [aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--selected);
        box-shadow: inset 0 0 0 1px var(--accent);
      }

      .findings {
        align-self: stretch;
        min-height: 48px;
        text-align: left;
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
          display: grid;
          flex: 1 1 100%;
          grid-template-columns: 1fr 1fr;
        }
        .tiers button {
          min-height: 42px;
          padding-block: 0.25rem 0.4rem;
        }
        .findings {
          flex: 1;
          min-height: 36px;
          justify-content: flex-start;
        }
        .findings span > * {
          display: inline;
          margin-right: 0.6em;
        }
      }
    `,
  ];
}
