/**
 * One customer: their score, the reasons, and a form to try changes. The score follows every change
 * at once.
 */
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type Explanation, type FieldValue, type Problem, type Score, TenureError } from "tenure";
import { rememberLanguage } from "../explanation/chosen-language";
import type { Advised, Explained, Explainer } from "../explanation/explainer";
import { LANGUAGES, type Language } from "../explanation/language";
import { controls } from "../styles/controls";
import { notes } from "../styles/notes";
import { panel } from "../styles/panel";
import { type Extent, extents } from "../table/extents";
import type { ScoredTable } from "../table/scored-table";
import { spelled } from "../table/spelling";
import { formatCount, formatFixed, formatPercent, formatPoints } from "../text/numbers";
import type { Model } from "../workspace/model";
import "./counterfactual-cards";
import "./customer-reasons";
import type { TryChanges } from "./counterfactual-cards";
import "./field-form";
import type { FieldChange } from "./field-form";
import "./interaction-list";
import "./tier-scale";
import { icon, tierMark, tierMarkStyles } from "./marks";

@customElement("customer-panel")
export class CustomerPanel extends LitElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) explainer!: Explainer;
  @property({ attribute: false }) row = 0;
  @state() private changes: ReadonlyMap<string, FieldValue> = new Map();
  @state() private explained?: Explained | undefined;
  /** The explanation with interactions, once the reader asks for it. */
  @state() private interacted?: Explained | undefined;
  @state() private isInteracting = false;
  @state() private advised?: Advised | undefined;
  /**
   * The explanation shown is not the one of the current values yet. The panel says so if that
   * lasts.
   */
  @state() private isBehind = false;
  @state() private original?: Score | undefined;
  @state() private current?: Score | undefined;
  @state() private problems: readonly Problem[] = [];
  @state() private effects: ReadonlyMap<string, number> = new Map();
  @query("h2") private heading!: HTMLElement;
  #record: Record<string, string> = {};
  /**
   * Fields whose values had errors when the customer was opened. They keep their place while they
   * are corrected.
   */
  #toCorrect: ReadonlySet<string> = new Set();
  #extents: ReadonlyMap<string, Extent> = new Map();

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("table")) this.#extents = extents(this.table, this.model.scorer);
    if (changed.has("table") || changed.has("row")) {
      this.#record = spelled(this.model.scorer, this.table.record(this.row));
      this.changes = new Map();
      this.#rescore();
      this.original = this.current;
      this.#toCorrect = new Set(this.current ? [] : this.problems.map(({ field }) => field));
    }
  }

  /**
   * Scores at once, which takes microseconds. The explanation comes from the worker a moment later.
   */
  #rescore() {
    const record = { ...this.#record, ...Object.fromEntries(this.changes) };
    const score = this.#score(record);
    this.current = score instanceof TenureError ? undefined : score;
    this.problems = score.problems;
    this.effects = this.#effectsAlone();
    this.interacted = undefined;
    this.isInteracting = false;
    if (!this.current) {
      this.explained = undefined;
      this.advised = undefined;
      return;
    }
    this.isBehind = true;
    void this.explainer.explain(record).then((explained) => {
      if (!explained) return;
      this.explained = explained;
      this.isBehind = false;
    });
    // Counterfactuals start from the customer's own record, not from values that are only being
    // tried.
    if (this.changes.size === 0) this.#advise();
  }

  #advise() {
    const own = this.#record;
    this.advised = undefined;
    void this.explainer.advise(own).then((advised) => {
      if (advised && this.#record === own) this.advised = advised;
    });
  }

  /** Interactions take a few times as long as the explanation, so they are computed on demand. */
  async #interact() {
    this.isInteracting = true;
    const interacted = await this.explainer.interact({ ...this.#record, ...Object.fromEntries(this.changes) });
    if (!interacted) return;
    this.interacted = interacted;
    this.isInteracting = false;
  }

  #try({ changes }: TryChanges) {
    this.changes = new Map(changes.map(({ field, to }) => [field, to]));
    this.#rescore();
  }

  #score(record: Record<string, FieldValue>): Score | TenureError {
    try {
      return this.model.scorer.score(record);
    } catch (error) {
      if (error instanceof TenureError && error.code === "record_invalid") return error;
      throw error;
    }
  }

  #effectsAlone(): Map<string, number> {
    const effects = new Map<string, number>();
    if (!this.original) return effects;
    for (const [field, value] of this.changes) {
      const score = this.#score({ ...this.#record, [field]: value });
      if (!(score instanceof TenureError)) effects.set(field, score.probability - this.original.probability);
    }
    return effects;
  }

  #change({ field, value }: FieldChange) {
    const changes = new Map(this.changes);
    const own = this.#record[field]!.trim();
    if (value === undefined || String(value ?? "") === own) changes.delete(field);
    else changes.set(field, value);
    this.changes = changes;
    this.#rescore();
  }

  #reset() {
    this.changes = new Map();
    this.#rescore();
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
        ${isBroken ? html`<p class="alert">${icon("alert")}Not scored: ${table.findingsOf(row)}. Correct this line and choose the file again.</p>` : this.#scoreLine()}
      </header>
      ${isBroken ? nothing : this.#columns()}
    `;
  }

  #columns() {
    return html`
      <div class="columns">
        <section aria-labelledby="why">
          <div class="heading">
            <h3 id="why">Why this score</h3>
            ${this.isBehind && this.explained ? html`<span class="behind">Updating…</span>` : nothing}
            ${this.explained ? html`${this.#languages()}${this.#badge(this.explained.explanation)}` : nothing}
          </div>
          ${this.explained ? this.#why(this.explained) : this.#noWhy()}
        </section>
        <div class="do">
        ${this.#advice()}
        <section aria-labelledby="what-if">
          <div class="heading">
            <h3 id="what-if">What if</h3>
            ${this.changes.size > 0 ? html`<button class="reset" @click=${this.#reset}>${icon("reset")}Reset ${this.changes.size === 1 ? "1 change" : `${this.changes.size} changes`}</button>` : nothing}
          </div>
          <field-form
            .schema=${this.model.scorer.schema}
            .record=${this.#record}
            .changes=${this.changes}
            .toCorrect=${this.#toCorrect}
            .effects=${this.effects}
            .problems=${this.problems}
            .scorer=${this.model.scorer}
            .extents=${this.#extents}
            @field-change=${this.#change}
          ></field-form>
        </section>
        </div>
      </div>
    `;
  }

  /** Says in words whether the contributions are exact. */
  #badge({ exact, evaluations, standardError }: Explanation) {
    return exact
      ? html`<span class="badge" title="${formatCount(evaluations)} evaluations of the network">Exact</span>`
      : html`<span class="badge sampled" title="${formatCount(evaluations)} evaluations of the network; ± is the largest standard error of a contribution">Sampled ± ${formatFixed(standardError)}</span>`;
  }

  /** A customer in the lowest tier needs no counterfactuals. */
  #advice() {
    const { advised } = this;
    if (!advised || !this.original || this.original.tier === 0) return nothing;
    return html`<section aria-labelledby="advice">
      <div class="heading"><h3 id="advice">What would lower the risk</h3></div>
      <counterfactual-cards .counterfactuals=${advised.counterfactuals} .language=${this.explainer.language} @try-changes=${this.#try}></counterfactual-cards>
    </section>`;
  }

  #interactions() {
    if (this.interacted) return html`<interaction-list .explanation=${this.interacted.explanation}></interaction-list>`;
    return this.isInteracting
      ? html`<p class="note" role="status">Computing interactions…</p>`
      : html`<button class="pairs" @click=${this.#interact}>Show interactions between fields</button>`;
  }

  #scoreLine() {
    const { tiers } = this.model.scorer.policy;
    const { current, original } = this;
    if (!current) {
      const count = this.problems.length;
      return html`<p class="alert" role="status">${icon("alert")}Not scored: ${count === 1 ? "one field needs" : `${count} fields need`} a valid value. Correct ${count === 1 ? "it" : "them"} below to score this customer.</p>`;
    }
    const isChanged = original !== undefined && this.changes.size > 0;
    return html`
      <div class="score">
        <span class="probability">
          ${isChanged ? html`<s aria-label="before: ${formatPercent(original.probability)}">${formatPercent(original.probability)}</s>` : nothing}
          <output aria-label="Probability of leaving">${formatPercent(current.probability)}</output>
        </span>
        <span class="tier">${tierMark(current.tier, tiers.length)}${tiers[current.tier]!.label}</span>
        ${
          isChanged
            ? html`<span class="delta">${formatPoints(current.probability - original.probability)} points</span>`
            : html`<span class="caption">probability of leaving</span>`
        }
      </div>
      <tier-scale
        .tiers=${tiers}
        .probability=${current.probability}
        .earlier=${isChanged ? original.probability : undefined}
      ></tier-scale>
      <p class="visually-hidden" role="status">
        ${isChanged ? `Now ${formatPercent(current.probability)}, ${tiers[current.tier]!.label}; before ${formatPercent(original.probability)}` : ""}
      </p>
    `;
  }

  #why({ explanation, milliseconds }: Explained) {
    return html`
      <customer-reasons
        aria-busy=${this.isBehind}
        .explanation=${explanation}
        .milliseconds=${milliseconds}
        .earlier=${this.changes.size > 0 ? this.original?.logit : undefined}
        .changed=${new Set(this.changes.keys())}
        .language=${this.explainer.language}
        .references=${this.model.scorer.backgroundRows}
      ></customer-reasons>
      ${this.#interactions()}
    `;
  }

  /** Sets the language of sentences and values. The rest of the page is in English. */
  #languages() {
    return html`<select class="language" aria-label="Language of the reasons" .value=${this.explainer.language} @change=${this.#speak}>
      ${Object.entries(LANGUAGES).map(([language, { name }]) => html`<option value=${language} lang=${language} ?selected=${language === this.explainer.language}>${name}</option>`)}
    </select>`;
  }

  #speak(event: Event) {
    const language = (event.target as HTMLSelectElement).value as Language;
    rememberLanguage(language);
    this.explainer.language = language;
    this.#rescore();
    if (this.changes.size > 0) this.#advise();
  }

  #noWhy() {
    return this.current
      ? html`<p class="note" role="status">Explaining…</p>`
      : html`<p class="note">A customer without a score has no explanation.</p>`;
  }

  static override styles = [
    controls,
    tierMarkStyles,
    notes,
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

      .score {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.2rem 1rem;
        margin-top: 0.4rem;
      }
      .probability {
        font-size: 34px;
        font-weight: 650;
        line-height: 1.15;
        letter-spacing: -0.025em;
      }
      .probability s {
        margin-right: 0.3em;
        font-size: 20px;
        font-weight: 500;
        color: var(--ink-soft);
        text-decoration-thickness: 1px;
      }
      .tier {
        display: inline-flex;
        align-items: baseline;
        gap: 0.45em;
        font-size: 15px;
        font-weight: 600;
      }
      .caption {
        color: var(--ink-soft);
      }
      .delta {
        padding: 0.1em 0.6em;
        border-radius: 1em;
        background: var(--selected);
        font-weight: 600;
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
      .heading {
        display: flex;
        align-items: center;
        justify-content: space-between;
        min-height: 32px;
        margin-bottom: 0.6rem;
      }
      .reset {
        min-height: 32px;
      }
      .badge {
        margin-left: 0.6rem;
      }
      .language {
        width: auto;
        min-height: 32px;
        margin-left: auto;
        font-size: 13px;
      }
      .do {
        display: flex;
        flex-direction: column;
        gap: 2rem;
        min-width: 0;
      }
      .pairs {
        margin-top: 1rem;
      }
      .behind {
        color: var(--ink-soft);
        font-size: 12.5px;
        animation: appear 0s 200ms both;
      }
      @keyframes appear {
        from {
          visibility: hidden;
        }
      }
      .note {
        margin-top: 1rem;
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
        .language,
        .pairs,
        section:has(field-form) {
          display: none;
        }
      }
    `,
  ];
}
