/**
 * Who to call today: the offers that bring most within the limits, what they are expected to bring, and
 * levers for what is uncertain. Everything follows the levers at once; the plans are made in a worker.
 */
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { notes } from "tenure/elements";
import { certainty } from "../plan/cohort";
import type { Latest } from "../plan/latest";
import type { AskPlan, Limits, MadePlan, OfferReason, PlanReply } from "../plan/messages";
import { planner } from "../plan/planner";
import { type Levers, pulled } from "../plan/policy";
import { type OfferReasonsRun, reasonsOfOffers } from "../plan/reasons";
import { figureTable } from "../styles/figure-table";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import { exportCsv, exportName } from "../table/export";
import type { ScoredTable } from "../table/scored-table";
import { errorMessage } from "../text/failure";
import { formatCount, formatPercent, formatPoints, formatWholePercent } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { OpenCustomer } from "./customer-table";
import { customerTitle } from "./customer-title";
import { download } from "./download";
import { icon } from "./marks";
import { PageElement } from "./page-element";
import "./profit-curve";

const PAGE = 25;
/** Milliseconds after the last change of the plan until its reasons are found. */
const SETTLED = 250;
/** Multiples of the policy's values and costs: the ends and the step of their sliders. */
const MULTIPLES = { low: 0.25, high: 2, step: 0.05 };
const HOLDOUTS = { low: 0, high: 0.5, step: 0.01 };
/** The positions of the sliders of the limits. */
const POSITIONS = 200;

@customElement("plan-panel")
export class PlanPanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  /** The rows shown in the table. Only these are planned for. */
  @property({ attribute: false }) rows: Uint32Array = new Uint32Array();
  @state() private plan?: MadePlan | undefined;
  @state() private levers: Levers = { value: 1, cost: 1, holdout: 0 };
  @state() private limits: Limits = {};
  @state() private shown = PAGE;
  @state() private failure = "";
  /** The share of the reasons that are found, while the list is exported. */
  @state() private exporting?: number | undefined;
  @query("h2") private heading!: HTMLElement;
  /** The rows with a score. */
  #scored: Uint32Array = new Uint32Array();
  #planner?: Latest<AskPlan, PlanReply> | undefined;
  /** What the first plan has, which has no limit: the ends of the sliders of the limits. */
  #most?: { budget: number; count: number } | undefined;
  /** Why a row gets an offer, by both. */
  readonly #reasons = new Map<string, OfferReason | undefined>();
  #run?: OfferReasonsRun | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #cancelExport = () => {};

  override focus() {
    this.heading.focus();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#planner?.dispose();
    this.#run?.cancel();
    this.#cancelExport();
    clearTimeout(this.#settling);
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("model")) {
      this.levers = { value: 1, cost: 1, holdout: this.#canHoldOut ? this.#ownHoldout : 0 };
      this.#reasons.clear();
    }
    if (changed.has("rows") || changed.has("table") || changed.has("model")) this.#start();
  }

  get #policy() {
    return this.model.scorer.policy;
  }

  get #ownHoldout(): number {
    return this.#policy.holdout?.fraction ?? 0;
  }

  /** Who is held out follows from the identifier. */
  get #canHoldOut(): boolean {
    return this.table.identifier !== undefined;
  }

  #start() {
    this.#planner?.dispose();
    this.#planner = undefined;
    this.plan = undefined;
    this.failure = "";
    this.limits = {};
    this.#most = undefined;
    this.#scored = this.rows.filter((row) => this.table.isScored(row));
    const { schema, policy } = this.model.scorer;
    if (this.#scored.length === 0 || (policy.offers ?? []).length === 0) return;
    this.#planner = planner(this.model.bytes, schema, this.table, this.#scored, (reply) => this.#take(reply));
    this.#ask();
  }

  #ask() {
    this.#planner?.ask({ kind: "plan", policy: pulled(this.#policy, this.levers), limits: this.limits });
  }

  #take(reply: PlanReply) {
    if (reply.kind === "failed") {
      this.failure = reply.message;
      return;
    }
    this.failure = "";
    this.plan = reply.plan;
    this.#most ??= { budget: roundUp(reply.plan.cost), count: Math.max(1, reply.plan.places.length) };
    this.#settle();
  }

  /** Finds the reasons of the customers in view once the levers rest. */
  #settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#explain(), SETTLED);
  }

  async #explain() {
    this.#run?.cancel();
    const places = Array.from(this.plan?.places.subarray(0, this.shown) ?? [], (_, index) => index);
    const missing = places.filter((index) => !this.#reasons.has(this.#key(index)));
    if (missing.length === 0) return;
    const run = this.#runOf(missing, () => {});
    this.#run = run;
    try {
      await run.outcome;
    } catch (error) {
      this.failure = errorMessage(error);
    }
  }

  /** Finds the reasons of some places of the list, and keeps them. */
  #runOf(list: number[], onProgress: (share: number) => void): OfferReasonsRun {
    const keys = list.map((index) => this.#key(index));
    const rows = Uint32Array.from(list, (index) => this.#row(index));
    const offers = list.map((index) => this.#offer(index).name);
    const { bytes, scorer } = this.model;
    const policy = pulled(this.#policy, this.levers);
    const run = reasonsOfOffers(bytes, scorer.schema, policy, this.table, rows, offers, onProgress);
    const outcome = run.outcome.then((reasons) => {
      reasons?.forEach((reason, at) => this.#reasons.set(keys[at]!, reason));
      this.requestUpdate();
      return reasons;
    });
    return { outcome, cancel: run.cancel };
  }

  #row(index: number): number {
    return this.#scored[this.plan!.places[index]!]!;
  }

  #offer(index: number) {
    return this.#policy.offers![this.plan!.offers[index]!]!;
  }

  #key(index: number): string {
    return `${this.#row(index)} ${this.#offer(index).name}`;
  }

  async #export() {
    const { plan, table } = this;
    if (!plan || this.exporting !== undefined) return;
    const list = Array.from(plan.places, (_, index) => index);
    const rows = Uint32Array.from(list, (index) => this.#row(index));
    const offers = list.map((index) => this.#offer(index));
    this.exporting = 0;
    const run = this.#runOf(list, (share) => (this.exporting = share));
    this.#cancelExport = run.cancel;
    try {
      const reasons = await run.outcome;
      if (!reasons) return;
      const blob = await exportCsv(
        table,
        rows,
        this.#policy.tiers.map(({ label }) => label),
        {
          names: ["offer", "expected_profit", "cost", "reason"],
          at: (place) => [
            offers[place]!.label || offers[place]!.name,
            plan.profits[place]!.toFixed(2),
            plan.costs[place]!.toFixed(2),
            told(reasons[place]),
          ],
        },
      );
      download(blob, exportName(table.facts.name, "offers"));
    } catch (error) {
      this.failure = errorMessage(error);
    } finally {
      this.exporting = undefined;
    }
  }

  #pull(part: Partial<Levers>) {
    this.levers = { ...this.levers, ...part };
    this.#ask();
  }

  #limit(part: Limits) {
    this.limits = { ...this.limits, ...part };
    this.#ask();
  }

  #reset() {
    this.levers = { value: 1, cost: 1, holdout: this.#canHoldOut ? this.#ownHoldout : 0 };
    this.limits = {};
    this.#ask();
  }

  #more() {
    this.shown += PAGE;
    this.#settle();
  }

  override render() {
    const t = texts();
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.planHeading}</h2>
        <button class="plain icon" aria-label=${t.closePlan} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      ${this.failure ? html`<p class="alert" role="alert" lang="en">${icon("alert")}${this.failure}</p>` : nothing}
      ${this.#body()}
    `;
  }

  #body() {
    const t = texts();
    if ((this.#policy.offers ?? []).length === 0)
      return html`<p class="facts">${t.noOffers}</p><button class="primary" @click=${this.#edit}>${t.editPolicy}</button>`;
    if (this.#scored.length === 0) return html`<p role="status">${t.noneScored}</p>`;
    if (!this.plan) return this.failure ? nothing : html`<p role="status">${t.planning}</p>`;
    return this.#all(this.plan);
  }

  #edit = () => {
    this.dispatchEvent(new Event("edit-policy"));
  };

  #all(plan: MadePlan) {
    const t = texts();
    const money = (amount: number) => formatCount(Math.round(amount));
    const figures: [string, string][] = [
      [t.customersWithOffer, formatCount(plan.places.length)],
      [t.offersCost, money(plan.cost)],
      [t.offersKeep, money(plan.profit + plan.cost)],
      [t.expectedProfit, money(plan.profit)],
    ];
    return html`
      <dl class="figures" aria-live="polite">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      <div class="both">
        <section class="levers" aria-label=${t.levers}>${this.#sliders()}
          <div class="buttons">
            <button @click=${this.#reset}>${t.asInPolicy}</button>
            <button @click=${this.#edit}>${t.editPolicy}</button>
          </div>
        </section>
        <section aria-label=${t.profitCurve}>
          <h3>${t.profitCurve}</h3>
          <profit-curve .curve=${plan.curve} .share=${plan.places.length / this.#scored.length}></profit-curve>
        </section>
      </div>
      ${this.#uplift(plan)}
      ${this.#list(plan)}
    `;
  }

  #sliders() {
    const t = texts();
    const { levers, limits } = this;
    const most = this.#most!;
    const ofPolicy = (factor: number) => t.ofPolicy(formatWholePercent(factor));
    return html`
      ${this.#limitSlider("count", t.atMost, most.count, limits.count)}
      ${this.#limitSlider("budget", t.budget, most.budget, limits.budget)}
      ${this.#slider("value", t.worth, MULTIPLES, levers.value, ofPolicy(levers.value), undefined, (value) => this.#pull({ value }))}
      ${this.#slider("cost", t.costs, MULTIPLES, levers.cost, ofPolicy(levers.cost), undefined, (cost) => this.#pull({ cost }))}
      ${
        this.#canHoldOut
          ? this.#slider(
              "holdout",
              t.holdout,
              HOLDOUTS,
              levers.holdout,
              formatWholePercent(levers.holdout),
              undefined,
              (holdout) => this.#pull({ holdout }),
            )
          : html`<p class="facts">${t.noIdentifier}</p>`
      }
    `;
  }

  /** A slider whose last position is no limit. */
  #limitSlider(key: "count" | "budget", label: string, most: number, limit: number | undefined) {
    const step = key === "count" ? Math.max(1, Math.round(most / POSITIONS)) : most / POSITIONS;
    const high = step * Math.ceil(most / step);
    const { noLimit, asNumber } = texts();
    const set = (value: number) => this.#limit({ [key]: Number.isFinite(value) ? value : undefined });
    // The number takes what the slider has no position for.
    const number = html`<input class="limit" type="number" min="0" step=${key === "count" ? 1 : "any"} placeholder=${noLimit} aria-label=${asNumber(label)}
      .value=${limit === undefined ? "" : String(limit)} @input=${(event: Event) => set((event.target as HTMLInputElement).valueAsNumber)} />`;
    const text = limit === undefined ? noLimit : formatCount(Math.round(limit));
    return this.#slider(
      key,
      label,
      { low: key === "count" ? step : 0, high, step },
      limit ?? high,
      text,
      number,
      (value) => set(value >= high ? Number.NaN : value),
    );
  }

  #slider(
    id: string,
    label: string,
    { low, high, step }: { low: number; high: number; step: number },
    value: number,
    text: string,
    number: TemplateResult | undefined,
    onInput: (value: number) => void,
  ) {
    return html`<div class="lever">
      <label for=${id}>${label}</label>${number ?? html`<output for=${id}>${text}</output>`}
      <input id=${id} type="range" min=${low} max=${high} step=${step} .value=${String(value)} aria-valuetext=${text}
        @input=${(event: Event) => onInput((event.target as HTMLInputElement).valueAsNumber)} />
    </div>`;
  }

  /** What this plan does not know, and what would show it. */
  #uplift({ places, meanRisk, heldOut }: MadePlan) {
    const t = texts();
    const share = heldOut / this.#scored.length;
    // Of the customers with an offer, as many are held out as of all.
    const withheld = share < 1 ? (places.length * share) / (1 - share) : 0;
    return html`<div class="notes">
      <p class="facts">${t.riskIsNotUplift}</p>
      <p class="facts">${
        withheld >= 1
          ? t.holdoutTells(
              Math.round(withheld),
              formatPoints(certainty(meanRisk, places.length, withheld)).replace("+", ""),
            )
          : t.noHoldout
      }</p>
    </div>`;
  }

  #list(plan: MadePlan) {
    const t = texts();
    const count = plan.places.length;
    const shown = Math.min(this.shown, count);
    return html`<section aria-labelledby="list">
      <div class="head list">
        <h3 id="list">${t.list(count)}</h3>
        ${
          this.exporting === undefined
            ? html`<button ?disabled=${count === 0} title=${t.exportPlanTitle} @click=${this.#export}>${icon("download")}${t.exportPlan}</button>`
            : html`<p class="exporting" role="status">${t.explaining(formatWholePercent(this.exporting))}
                <button class="plain icon" aria-label=${t.cancelExport} @click=${() => this.#cancelExport()}>${icon("close")}</button></p>`
        }
      </div>
      ${
        count === 0
          ? html`<p>${t.nobodyToCall}</p>`
          : html`<table>
            <thead><tr><th scope="col">${t.customer}</th><th scope="col" class="number risk">${t.risk}</th><th scope="col">${t.offer}</th><th scope="col" class="number">${t.profit}</th></tr></thead>
            <tbody>${Array.from({ length: shown }, (_, index) => this.#line(plan, index))}</tbody>
          </table>`
      }
      ${count > shown ? html`<button @click=${this.#more}>${t.showMore(Math.min(PAGE, count - shown))}</button>` : nothing}
    </section>`;
  }

  #line(plan: MadePlan, index: number) {
    const row = this.#row(index);
    const name = customerTitle(this.table, row);
    const offer = this.#offer(index);
    const reason = this.#reasons.get(this.#key(index));
    return html`<tr>
      <th scope="row"><button class="link" aria-label=${texts().openCustomer(name)} @click=${() => this.dispatchEvent(new OpenCustomer(row))}>${name}</button></th>
      <td class="number risk">${formatPercent(this.table.probability[row]!)}</td>
      <td><span class="offer">${offer.label || offer.name}</span>
        <span class="why">${reason ? texts().because(reason.label, reason.text, formatPoints(reason.contribution)) : "\u00a0"}</span></td>
      <td class="number">${formatCount(Math.round(plan.profits[index]!))}</td>
    </tr>`;
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
      .figures {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem 2.25rem;
        margin: 0.5rem 0 1.25rem;
      }
      dt {
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      dd {
        font-size: 22px;
        font-weight: 620;
        line-height: 1.25;
        letter-spacing: -0.02em;
      }
      .both {
        display: grid;
        gap: 1.5rem 2.5rem;
      }
      @container (min-width: 720px) {
        .both {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr);
        }
      }
      .levers {
        display: grid;
        gap: 0.55rem;
        align-content: start;
      }
      .lever {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0 0.75rem;
        align-items: center;
        font-size: 13px;
      }
      .lever output {
        font-weight: 550;
      }
      .lever .limit {
        width: 7.5rem;
        min-height: 28px;
        padding: 0 0.5em;
        text-align: end;
        appearance: textfield;
      }
      .limit::-webkit-inner-spin-button {
        appearance: none;
      }
      .lever [type='range'] {
        grid-column: 1 / -1;
        width: 100%;
        min-height: 24px;
        margin: 0;
        accent-color: var(--accent);
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-top: 0.4rem;
      }
      h3 {
        margin-bottom: 0.4rem;
      }
      .notes {
        margin: 1.25rem 0;
        padding: 0.4rem 0.8rem;
        border-inline-start: 3px solid var(--accent);
      }
      .notes p {
        margin-block: 0.3rem;
      }
      .list {
        margin-bottom: 0.25rem;
      }
      .exporting {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        color: var(--ink-soft);
      }
      table {
        width: 100%;
      }
      .number {
        white-space: nowrap;
      }
      tbody th {
        overflow-wrap: anywhere;
      }
      .offer {
        font-weight: 550;
      }
      .why {
        display: block;
        color: var(--ink-soft);
      }
      @container (max-width: 480px) {
        th,
        td {
          padding-inline-end: 0.6rem;
        }
        thead .number {
          white-space: normal;
        }
        .risk {
          display: none;
        }
      }
      @media print {
        .levers,
        section > button,
        .list button {
          display: none;
        }
        tr {
          break-inside: avoid;
        }
      }
    `,
  ];
}

/** A reason for a file: with a point in every language, as in all of the file, in percentage points. */
function told(reason: OfferReason | undefined): string {
  if (!reason) return "";
  const points = 100 * reason.contribution;
  return `${reason.label}: ${reason.text} (${points < 0 ? "" : "+"}${points.toFixed(1)})`;
}

/** The amount with two significant digits, rounded up. */
function roundUp(amount: number): number {
  if (amount <= 0) return 1;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(amount)) - 1);
  return Math.ceil(amount / unit) * unit;
}
