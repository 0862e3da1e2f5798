/** Shown while a table is scored: progress, speed, and a button to cancel. */
import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { controls, cssVariables } from "tenure/elements";
import type { Progress } from "../table/score-file";
import { formatWholePercent } from "../text/formats";
import { counted, formatCount } from "../text/numbers";

@customElement("progress-view")
export class ProgressView extends LitElement {
  @property({ attribute: false }) progress!: Progress;
  /** Announced to screen readers, at every quarter only. */
  @state() private said = "";

  protected override willUpdate() {
    const quarter = Math.floor(this.progress.share * 4);
    this.said = quarter === 0 ? `Scoring ${this.progress.name}` : `${quarter * 25} percent scored`;
  }

  override render() {
    const { name, share, rows, rowsPerSecond, fatalRows } = this.progress;
    return html`
      <div class="card">
        <h1>Scoring ${name}</h1>
        <div
          class="track"
          role="progressbar"
          aria-label="Scoring ${name}"
          aria-valuemin="0"
          aria-valuemax="100"
          aria-valuenow=${Math.round(share * 100)}
          ${cssVariables({ "--share": share })}
        ><i></i></div>
        <p class="line"><span>${formatWholePercent(share)}</span><span>${counted(rows, "customer")}, ${formatCount(Math.round(rowsPerSecond))} rows/s</span></p>
        <p class="problems">${fatalRows > 0 ? `${counted(fatalRows, "line")} not scored so far` : ""}</p>
        <button @click=${() => this.dispatchEvent(new Event("cancel-run"))}>Cancel</button>
        <p class="visually-hidden" role="status">${this.said}</p>
      </div>
    `;
  }

  static override styles = [
    controls,
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
        background: var(--accent);
        transform: scaleX(var(--share));
        transform-origin: left;
        transition: transform var(--quick) linear;
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
