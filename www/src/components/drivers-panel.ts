/**
 * What drives the scores: fields by importance, a beeswarm plot of the customers, and a dependence
 * plot on a click.
 */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { DeviceChoice } from "tenure";
import { controls, cssVariables, notes } from "tenure/elements";
import { columnsOf, type DriversRun, explainCohort } from "../cohort/drivers";
import type { Driver, Drivers } from "../cohort/messages";
import { ends, withLength } from "../cohort/scales";
import { panel } from "../styles/panel";
import type { ScoredTable } from "../table/scored-table";
import { formatFixed, formatSeconds, formatWholePercent } from "../text/formats";
import { counted, formatCount } from "../text/numbers";
import type { Model } from "../workspace/model";
import "./beeswarm-row";
import "./dependence-plot";
import { errorMessage } from "../text/failure";
import { fieldLabel } from "../text/fields";
import { icon } from "./marks";

/** The most customers to explain. More dots would take longer and show nothing new. */
const LIMIT = 1000;
const SHOWN = 12;

const DEVICES: readonly { choice: DeviceChoice; label: string }[] = [
  { choice: "auto", label: "Automatic" },
  { choice: "cpu", label: "CPU" },
  { choice: "webgpu", label: "WebGPU" },
];

@customElement("drivers-panel")
export class DriversPanel extends LitElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  /** The rows shown in the table. Only these are explained. */
  @property({ attribute: false }) rows: Uint32Array = new Uint32Array();
  @state() private drivers?: Drivers | undefined;
  @state() private progress = 0;
  @state() private isCancelled = false;
  @state() private failure = "";
  @state() private chosen?: string | undefined;
  @state() private isUnfolded = false;
  @state() private device: DeviceChoice = "auto";
  @query("h2") private heading!: HTMLElement;
  #run?: DriversRun | undefined;

  override focus() {
    this.heading.focus();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#run?.cancel();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("rows") || changed.has("table") || changed.has("model")) void this.#start();
  }

  async #start() {
    this.#run?.cancel();
    const { model, table } = this;
    const rows = this.rows.filter((row) => table.isScored(row));
    this.drivers = undefined;
    this.failure = "";
    this.isCancelled = false;
    this.progress = 0;
    if (rows.length === 0) return;
    const run = explainCohort(model.bytes, columnsOf(table, model.scorer.schema.fields, rows), {
      limit: LIMIT,
      device: this.device,
      onProgress: (share) => (this.progress = share),
    });
    this.#run = run;
    try {
      const drivers = await run.outcome;
      if (this.#run !== run) return;
      this.drivers = drivers;
      this.isCancelled = drivers === undefined;
    } catch (error) {
      if (this.#run === run) this.failure = errorMessage(error);
    }
  }

  override render() {
    return html`
      <header class="title">
        <h2 tabindex="-1">What drives these scores</h2>
        <button class="plain icon" aria-label="Close the drivers" @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      <div class="device">
        <label for="device">Device</label>
        <select id="device" @change=${this.#choose}>
          ${DEVICES.map(({ choice, label }) => html`<option value=${choice} ?selected=${choice === this.device}>${label}</option>`)}
        </select>
        ${this.drivers ? this.#badge(this.drivers) : nothing}
      </div>
      ${this.failure ? html`<p class="alert" role="alert">${icon("alert")}${this.failure}</p>` : this.drivers ? this.#all(this.drivers) : this.#waiting()}
    `;
  }

  #choose(event: Event) {
    this.device = (event.target as HTMLSelectElement).value as DeviceChoice;
    void this.#start();
  }

  /** The device that was used and, if WebGPU was chosen but not used, the reason. */
  #badge({ workedOn: { device, reason } }: Drivers) {
    const saysWhy = reason && this.device === "webgpu";
    return html`<span class="badge" title=${reason?.message ?? ""}>${device === "cpu" ? "CPU" : "WebGPU"}</span>${saysWhy ? html`<small>${reason.message}</small>` : nothing}`;
  }

  #waiting() {
    if (this.isCancelled)
      return html`<p role="status">Cancelled. <button class="link" @click=${this.#start}>Start again</button></p>`;
    if (!this.rows.some((row) => this.table.isScored(row)))
      return html`<p role="status">None of the customers shown has a score.</p>`;
    return html`<div class="waiting">
      <label for="share">Explaining ${counted(Math.min(LIMIT, this.rows.length), "customer")} on this device</label>
      <progress id="share" max="1" .value=${this.progress}></progress>
      <span>${formatWholePercent(this.progress)}</span>
      <button @click=${() => this.#run?.cancel()}>Cancel</button>
    </div>`;
  }

  #all({ drivers, rows, of, standardError, seconds }: Drivers) {
    const shown = this.isUnfolded ? drivers : drivers.slice(0, SHOWN);
    const chosen = drivers.find(({ field }) => field.name === this.chosen);
    const reach = axis(drivers);
    return html`
      <p class="facts">
        ${rows < of ? `A random sample of ${formatCount(rows)} of ${counted(of, "customer")}` : counted(rows, "customer")},
        explained ${standardError === 0 ? "exactly" : `with a standard error of at most ${formatFixed(standardError)}`} in ${formatSeconds(seconds)}.
        Dots to the right of the line raise the score; dots to the left lower it.
      </p>
      <div class="key" aria-hidden="true"><span>low value</span><i></i><span>high value</span></div>
      <ol aria-label="Fields by mean absolute contribution, largest first">
        ${shown.map((driver) => this.#row(driver, reach, drivers[0]!.mean))}
      </ol>
      <div class="axis"><span></span><span>Contribution in log-odds, ${formatFixed(reach[0])} to ${formatFixed(reach[1])}</span></div>
      ${
        drivers.length > SHOWN
          ? html`<button class="link" aria-expanded=${this.isUnfolded} @click=${() => (this.isUnfolded = !this.isUnfolded)}>
            ${this.isUnfolded ? `Show the ${SHOWN} most important` : `Show all ${drivers.length} fields`}
          </button>`
          : nothing
      }
      ${chosen ? this.#dependence(chosen) : html`<p class="facts">Choose a field to see how its contribution depends on its value.</p>`}
      <p class="facts">These are Shapley values relative to the model’s reference customers. They show what the model associates with leaving, not what causes it.</p>
    `;
  }

  #row({ field, mean, contributions, values, categories }: Driver, [low, high]: [number, number], largest: number) {
    const isChosen = field.name === this.chosen;
    return html`<li>
      <button class="plain field" aria-expanded=${isChosen} @click=${() => (this.chosen = isChosen ? undefined : field.name)}>
        <span class="label">${fieldLabel(field)}</span>
        <span class="mean"><i ${cssVariables({ "--share": mean / (largest || 1) })}></i>${formatFixed(mean)}<span class="visually-hidden"> mean absolute contribution</span></span>
      </button>
      <beeswarm-row .contributions=${contributions} .values=${categories && categories.length > 2 ? undefined : values} .low=${low} .high=${high}></beeswarm-row>
    </li>`;
  }

  #dependence(driver: Driver) {
    return html`<section aria-label="Dependence on ${fieldLabel(driver.field)}">
      <h3>${fieldLabel(driver.field)}: contribution by value</h3>
      ${driver.color ? html`<p class="facts">Coloured by ${driver.color.label}, from low (blue) to high (red).</p>` : nothing}
      <dependence-plot .driver=${driver}></dependence-plot>
      ${driver.categories ? this.#means(driver, driver.categories) : nothing}
    </section>`;
  }

  /** The same as a table: the mean contribution of each category. */
  #means({ values, contributions }: Driver, categories: string[]) {
    const sums = categories.map(() => ({ sum: 0, count: 0 }));
    for (const [row, code] of values.entries()) {
      const at = sums[code];
      if (!at || Number.isNaN(contributions[row]!)) continue;
      at.sum += contributions[row]!;
      at.count += 1;
    }
    return html`<table>
      <thead><tr><th scope="col">Value</th><th scope="col">Customers</th><th scope="col">Mean contribution</th></tr></thead>
      <tbody>${categories.map((category, code) => {
        const { sum, count } = sums[code]!;
        return count === 0
          ? nothing
          : html`<tr><th scope="row">${category}</th><td>${formatCount(count)}</td><td>${formatFixed(sum / count)}</td></tr>`;
      })}</tbody>
    </table>`;
  }

  static override styles = [
    controls,
    notes,
    panel,
    css`
      :host {
        container-type: inline-size;
      }
      .device {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem;
        margin-top: 0.4rem;
        font-size: 13px;
        color: var(--ink-soft);
      }
      .device select {
        width: auto;
        min-height: 32px;
        color: var(--ink);
      }
      .facts {
        max-width: 68ch;
        margin-block: 0.4rem 0.8rem;
        color: var(--ink-soft);
        font-size: 13px;
      }
      .waiting {
        display: grid;
        grid-template-columns: 1fr auto auto;
        gap: 0.5rem 1rem;
        align-items: center;
        margin-top: 1rem;
      }
      .waiting label {
        grid-column: 1 / -1;
      }
      progress {
        width: 100%;
        accent-color: var(--accent);
      }
      .key {
        display: flex;
        align-items: center;
        justify-content: flex-end;
        gap: 0.5rem;
        font-size: 12px;
        color: var(--ink-soft);
      }
      .key i {
        width: 90px;
        height: 8px;
        border-radius: 4px;
        background: linear-gradient(to right in oklab, var(--down-bar), var(--up-bar));
      }
      li,
      .axis {
        display: grid;
        grid-template-columns: minmax(150px, 34%) 1fr;
        column-gap: 0.9rem;
      }
      li {
        border-bottom: 1px solid var(--line);
      }
      beeswarm-row {
        height: 44px;
      }
      .field {
        justify-content: space-between;
        height: 44px;
        padding: 0 0.4rem;
        white-space: normal;
        text-align: left;
        line-height: 1.2;
      }
      .field[aria-expanded='true'] {
        background: var(--selected);
      }
      .mean {
        position: relative;
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        flex: none;
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      .mean i {
        width: calc(var(--share) * 40px);
        height: 6px;
        border-radius: 3px;
        background: var(--accent);
      }
      .axis {
        margin: 0.3rem 0 0.8rem;
        font-size: 12px;
        color: var(--ink-soft);
        text-align: center;
      }
      section {
        margin-top: 1.5rem;
      }
      dependence-plot {
        height: 300px;
        max-width: 720px;
      }
      table {
        margin: 0.75rem 0;
        border-collapse: collapse;
        font-size: 13px;
      }
      th,
      td {
        padding: 0.35rem 1.5rem 0.35rem 0;
        border-bottom: 1px solid var(--line);
        text-align: left;
        font-weight: 400;
      }
      thead th {
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      @container (max-width: 420px) {
        li,
        .axis {
          grid-template-columns: minmax(120px, 44%) 1fr;
          column-gap: 0.4rem;
        }
      }
    `,
  ];
}

/** Ends of the axis that all fields share: the smallest and the largest contribution. */
function axis(drivers: readonly Driver[]): [number, number] {
  let reach: [number, number] = [0, 0];
  for (const { contributions } of drivers) reach = ends(contributions, reach);
  return withLength(reach);
}
