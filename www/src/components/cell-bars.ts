/** Two distributions side by side: what the model saw in training, and what it sees. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { cssVariables } from "tenure/elements";
import { page } from "../styles/page";
import { formatPercent } from "../text/numbers";
import { texts } from "../text/texts";
import { PageElement } from "./page-element";

/** Shares of the rows in a cell: in training, and of the profile. */
export interface Cell {
  name: string;
  shares: readonly [number | null, number | null];
}

/** More rows than a reader compares. */
const MOST = 24;

@customElement("cell-bars")
export class CellBars extends PageElement {
  @property({ attribute: false }) cells: readonly Cell[] = [];
  /** What the cells are of. */
  @property() label = "";

  override render() {
    const t = texts();
    const kept = this.cells.filter(({ shares }) => shares.some((share) => share !== 0));
    const moved = ({ shares: [before, now] }: Cell) => Math.abs((now ?? 0) - (before ?? 0));
    // Of many cells, those that moved most, in their order.
    const least = kept.map(moved).sort((left, right) => right - left)[MOST - 1] ?? 0;
    const shown = kept.length > MOST ? kept.filter((cell) => moved(cell) >= least).slice(0, MOST) : kept;
    const most = Math.max(...shown.flatMap(({ shares }) => shares.map((share) => share ?? 0)), 1e-9);
    return html`<table>
      <caption class="visually-hidden">${this.label}</caption>
      <thead><tr><th scope="col">${t.driftValues}</th><th scope="col"><i class="key before" aria-hidden="true"></i>${t.driftBefore}</th><th scope="col"><i class="key now" aria-hidden="true"></i>${t.driftNow}</th></tr></thead>
      <tbody>${shown.map(
        ({ name, shares }) => html`<tr>
          <th scope="row">${name}</th>
          ${shares.map((share, side) => this.#share(share, most, side === 0 ? "before" : "now"))}
        </tr>`,
      )}</tbody>
    </table>
    ${shown.length < kept.length ? html`<p>${t.driftMore(kept.length - shown.length)}</p>` : nothing}`;
  }

  #share(share: number | null, most: number, side: "before" | "now") {
    if (share === null) return html`<td class="few">${texts().driftFew}</td>`;
    return html`<td><span class="bar ${side}" aria-hidden="true" ${cssVariables({ "--share": share / most })}></span><span class="share">${formatPercent(share)}</span></td>`;
  }

  static override styles = [
    page,
    css`
      :host {
        display: block;
        font-size: 12.5px;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding-block: 0.12rem;
        padding-inline-end: 0.75rem;
        text-align: start;
        font-weight: 400;
      }
      thead th {
        padding-bottom: 0.3rem;
        color: var(--ink-soft);
      }
      tbody th {
        width: 30%;
        overflow-wrap: anywhere;
      }
      td {
        width: 35%;
      }
      .bar {
        display: inline-block;
        width: calc((100% - 3.6rem) * var(--share));
        min-width: 1px;
        height: 0.7em;
        margin-inline-end: 0.4rem;
        border-radius: 2px;
      }
      .key {
        display: inline-block;
        width: 0.7em;
        height: 0.7em;
        margin-inline-end: 0.4em;
        border-radius: 2px;
      }
      .before {
        background: var(--line-strong);
      }
      .now {
        background: var(--accent);
      }
      .share {
        white-space: nowrap;
      }
      .few,
      p {
        color: var(--ink-soft);
      }
      @media (forced-colors: active) {
        .before,
        .now {
          forced-color-adjust: none;
          background: GrayText;
        }
        .now {
          background: CanvasText;
        }
      }
      @media print {
        .bar,
        .key {
          print-color-adjust: exact;
        }
        tr {
          break-inside: avoid;
        }
      }
    `,
  ];
}
