/**
 * What drives the scores: fields by importance, a beeswarm plot of the customers, and a dependence
 * plot on a click.
 */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { DeviceChoice } from "tenure";
import { cssVariables, notes } from "tenure/elements";
import { columnsOf, explainCohort } from "../cohort/drivers";
import type { Driver, Drivers } from "../cohort/messages";
import { ends, withLength } from "../cohort/scales";
import { figureTable } from "../styles/figure-table";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import type { ScoredTable } from "../table/scored-table";
import { formatCount, formatFixed, formatSeconds, formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import "./beeswarm-row";
import "./dependence-plot";
import { fieldLabel } from "../text/fields";
import { LatestRun } from "./latest-run";
import { icon } from "./marks";
import { PageElement } from "./page-element";

/** The most customers to explain. More dots would take longer and show nothing new. */
const LIMIT = 1000;
const SHOWN = 12;

const DEVICES = ["auto", "cpu", "webgpu"] as const satisfies readonly DeviceChoice[];

@customElement("drivers-panel")
export class DriversPanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  /** The rows shown in the table. Only these are explained. */
  @property({ attribute: false }) rows: Uint32Array = new Uint32Array();
  @state() private progress = 0;
  @state() private chosen?: string | undefined;
  @state() private isUnfolded = false;
  @state() private device: DeviceChoice = "auto";
  @query("h2") private heading!: HTMLElement;
  readonly #run = new LatestRun<Drivers>(this);

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("rows") || changed.has("table") || changed.has("model")) this.#start();
  }

  #start() {
    const { model, table } = this;
    const rows = this.rows.filter((row) => table.isScored(row));
    this.progress = 0;
    const explain = () =>
      explainCohort(model.bytes, columnsOf(table, model.scorer.schema.fields, rows), {
        limit: LIMIT,
        device: this.device,
        onProgress: (share) => (this.progress = share),
      });
    void this.#run.start(rows.length === 0 ? undefined : explain());
  }

  override render() {
    const t = texts();
    const { outcome, failure } = this.#run;
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.driversHeading}</h2>
        <button class="plain icon" aria-label=${t.closeDrivers} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      <div class="device">
        <label for="device">${t.device}</label>
        <select id="device" @change=${this.#choose}>
          ${DEVICES.map((choice) => html`<option value=${choice} ?selected=${choice === this.device}>${t.devices[choice]}</option>`)}
        </select>
        ${outcome ? this.#badge(outcome) : nothing}
      </div>
      ${failure ? html`<p class="alert" role="alert" lang="en">${icon("alert")}${failure}</p>` : outcome ? this.#all(outcome) : this.#waiting()}
    `;
  }

  #choose(event: Event) {
    this.device = (event.target as HTMLSelectElement).value as DeviceChoice;
    this.#start();
  }

  /** The device that was used and, if WebGPU was chosen but not used, the reason. */
  #badge({ workedOn: { device, reason } }: Drivers) {
    const saysWhy = reason && this.device === "webgpu";
    return html`<span class="badge" lang="en" title=${reason?.message ?? ""}>${texts().devices[device]}</span>${saysWhy ? html`<small lang="en">${reason.message}</small>` : nothing}`;
  }

  #waiting() {
    const t = texts();
    if (this.#run.isCancelled)
      return html`<p role="status">${t.cancelled} <button class="link" @click=${this.#start}>${t.startAgain}</button></p>`;
    if (!this.rows.some((row) => this.table.isScored(row))) return html`<p role="status">${t.noneScored}</p>`;
    return html`<div class="waiting">
      <label for="share">${t.explainingHere(Math.min(LIMIT, this.rows.length))}</label>
      <progress id="share" max="1" .value=${this.progress}></progress>
      <span>${formatWholePercent(this.progress)}</span>
      <button @click=${() => this.#run.cancel()}>${t.cancel}</button>
    </div>`;
  }

  #all({ drivers, rows, of, standardError, seconds }: Drivers) {
    const t = texts();
    const error = standardError === 0 ? undefined : formatFixed(standardError);
    const shown = this.isUnfolded ? drivers : drivers.slice(0, SHOWN);
    const chosen = drivers.find(({ field }) => field.name === this.chosen);
    const reach = axis(drivers);
    return html`
      <p class="facts">${t.explained(rows, of, error, formatSeconds(seconds))}</p>
      <div class="key" aria-hidden="true"><span>${t.lowValue}</span><i></i><span>${t.highValue}</span></div>
      <ol aria-label=${t.byContribution}>
        ${shown.map((driver) => this.#row(driver, reach, drivers[0]!.mean))}
      </ol>
      <div class="axis"><span></span><span>${t.axis(formatFixed(reach[0]), formatFixed(reach[1]))}</span></div>
      ${
        drivers.length > SHOWN
          ? html`<button class="link" aria-expanded=${this.isUnfolded} @click=${() => (this.isUnfolded = !this.isUnfolded)}>
            ${this.isUnfolded ? t.showImportant(SHOWN) : t.showFields(drivers.length)}
          </button>`
          : nothing
      }
      ${chosen ? this.#dependence(chosen) : html`<p class="facts">${t.chooseField}</p>`}
      <p class="facts">${t.driversNote}</p>
    `;
  }

  #row({ field, mean, contributions, values, categories }: Driver, [low, high]: [number, number], largest: number) {
    const isChosen = field.name === this.chosen;
    return html`<li>
      <button class="plain field" aria-expanded=${isChosen} @click=${() => (this.chosen = isChosen ? undefined : field.name)}>
        <span class="label">${fieldLabel(field)}</span>
        <span class="mean"><i ${cssVariables({ "--share": mean / (largest || 1) })}></i>${formatFixed(mean)}<span class="visually-hidden"> ${texts().meanContribution}</span></span>
      </button>
      <beeswarm-row .contributions=${contributions} .values=${categories && categories.length > 2 ? undefined : values} .low=${low} .high=${high}></beeswarm-row>
    </li>`;
  }

  #dependence(driver: Driver) {
    const t = texts();
    const label = fieldLabel(driver.field);
    return html`<section aria-label=${t.dependenceOn(label)}>
      <h3>${t.byValue(label)}</h3>
      ${driver.color ? html`<p class="facts">${t.colouredBy(driver.color.label)}</p>` : nothing}
      <dependence-plot .driver=${driver} .categories=${categoryNames(driver)}></dependence-plot>
      ${driver.categories ? this.#means(driver, categoryNames(driver)!) : nothing}
    </section>`;
  }

  /** The same as a table: the mean contribution of each category. */
  #means({ values, contributions }: Driver, categories: string[]) {
    const t = texts();
    const sums = categories.map(() => ({ sum: 0, count: 0 }));
    for (const [row, code] of values.entries()) {
      const at = sums[code];
      if (!at || Number.isNaN(contributions[row]!)) continue;
      at.sum += contributions[row]!;
      at.count += 1;
    }
    return html`<table>
      <thead><tr><th scope="col">${t.value}</th><th scope="col">${t.customersHead}</th><th scope="col">${t.meanHead}</th></tr></thead>
      <tbody>${categories.map((category, code) => {
        const { sum, count } = sums[code]!;
        return count === 0
          ? nothing
          : html`<tr><th scope="row">${category}</th><td>${formatCount(count)}</td><td>${formatFixed(sum / count)}</td></tr>`;
      })}</tbody>
    </table>`;
  }

  static override styles = [
    page,
    notes,
    panel,
    figureTable,
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
        forced-color-adjust: none;
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
        text-align: start;
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
      .key {
        direction: ltr;
      }
      @media (forced-colors: active) {
        .mean i {
          forced-color-adjust: none;
          background: CanvasText;
        }
        .field[aria-expanded='true'] {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }
      @media print {
        .key i,
        .mean i {
          print-color-adjust: exact;
        }
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

/** The categories, with the page's name for those that the schema does not list. */
function categoryNames({ categories, hasOther }: Driver): string[] | undefined {
  return categories && (hasOther ? [...categories, texts().otherValue] : categories);
}
