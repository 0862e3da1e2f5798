/** Shown while a table is scored: progress, speed, and a button to cancel. */
import { css, html } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { cssVariables } from "tenure/elements";
import { page } from "../styles/page";
import type { Progress } from "../table/score-file";
import { formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import { PageElement } from "./page-element";

@customElement("progress-view")
export class ProgressView extends PageElement {
  @property({ attribute: false }) progress!: Progress;
  /** Announced to screen readers, at every quarter only. */
  @state() private said = "";

  protected override willUpdate() {
    const quarter = Math.floor(this.progress.share * 4);
    this.said = quarter === 0 ? texts().scoring(this.progress.name) : texts().percentScored(quarter * 25);
  }

  override render() {
    const t = texts();
    const { name, share, rows, rowsPerSecond, fatalRows, isSheet } = this.progress;
    return html`
      <div class="card">
        <h1>${t.scoring(name)}</h1>
        <div
          class="track"
          role="progressbar"
          aria-label=${t.scoring(name)}
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${Math.round(share * 100)}
          ${cssVariables({ "--share": share })}
        ><i></i></div>
        <p class="line"><span>${formatWholePercent(share)}</span><span>${t.speed(rows, rowsPerSecond)}</span></p>
        <p class="problems">${fatalRows > 0 ? t.notScoredSoFar(fatalRows, isSheet ? "row" : "line") : ""}</p>
        <button @click=${() => this.dispatchEvent(new Event("cancel-run"))}>${t.cancel}</button>
        <p class="visually-hidden" role="status">${this.said}</p>
      </div>
    `;
  }

  static override styles = [
    page,
    css`
      :host {
        display: grid;
        place-items: center;
        padding: 1.25rem;
      }
      .card {
        width: min(100%, 480px);
      }
      h1 {
        font-size: 19px;
        font-weight: 600;
        letter-spacing: -0.012em;
        overflow-wrap: anywhere;
      }
      .track {
        height: 8px;
        margin: 1.1rem 0 0.6rem;
        border-radius: 4px;
        background: var(--line);
        overflow: hidden;
      }
      .track i {
        display: block;
        height: 100%;
        width: calc(var(--share) * 100%);
        background: var(--accent);
        transition: width var(--quick) linear;
      }
      @media (forced-colors: active) {
        .track {
          border: 1px solid CanvasText;
        }
        .track i {
          forced-color-adjust: none;
          background: Highlight;
        }
      }
      .line {
        display: flex;
        justify-content: space-between;
        color: var(--ink-soft);
      }
      .problems {
        min-height: 1.5em;
        margin-bottom: 0.7rem;
        color: var(--warn);
      }
    `,
  ];
}
