/**
 * `<tenure-what-if>`: a form to try changes of one customer with, the score that follows each change
 * at once, and the cheapest ways to a lower tier.
 */

import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import {
  type Counterfactuals,
  type CustomerRecord,
  type FieldValue,
  type Problem,
  type Score,
  TenureError,
} from "tenure";
import { controls } from "./controls.js";
import type { TryChanges } from "./counterfactual-cards.js";
import { asTenureError, hostStyles, sameValues, TenureElement } from "./element.js";
import { failure, failureStyles } from "./failure.js";
import { type Extent, type FieldChange, ownTexts } from "./field-form.js";
import { drawing, RESET, tierMarkStyles } from "./marks.js";
import { notes } from "./notes.js";
import { scoreLine, scoreLineStyles } from "./score.js";
import { counted } from "./words.js";

const NO_EXTENTS: ReadonlyMap<string, Extent> = new Map();

export class TenureWhatIf extends TenureElement {
  static override properties: PropertyDeclarations = {
    fields: {},
    extents: { attribute: false },
    noScore: { type: Boolean, attribute: "no-score" },
  };

  /**
   * Which fields have an input: `changeable`, those that the schema calls so, or `all`. Fields with
   * errors always have one.
   */
  declare fields: "changeable" | "all" | null | undefined;
  /** The ranges of sliders, by field. Default: the bounds of the schema, where it has both. */
  declare extents: ReadonlyMap<string, Extent> | null | undefined;
  /** Leaves the score out, for a page that shows it in a `<tenure-score>`. */
  declare noScore: boolean;
  /** The customer that the changes are of. */
  #own: CustomerRecord | undefined;
  #changes: ReadonlyMap<string, FieldValue> = new Map();
  #texts: Record<string, string> = {};
  #original: Score | undefined;
  #current: Score | undefined;
  #problems: readonly Problem[] = [];
  /** Why the changed record has no score. */
  #refused: TenureError | undefined;
  #effects: ReadonlyMap<string, number> = new Map();
  /**
   * Fields whose values had errors when the customer was set. They keep their place while they are
   * corrected.
   */
  #toCorrect: ReadonlySet<string> = new Set();
  #counterfactuals: Counterfactuals | undefined;
  /** Whether cards are searched or shown. */
  #hasAdvice = false;

  constructor() {
    super();
    this.noScore = false;
  }

  /** The changed fields with their new values. */
  get changes(): { readonly [field: string]: FieldValue } {
    return Object.fromEntries(this.#changes);
  }

  /** Takes all changes back. */
  reset(): void {
    this.#setChanges(new Map());
  }

  protected override take(): void {
    this.clear();
    const own = this.customer!;
    try {
      if (typeof own !== "object" || Array.isArray(own)) this.loaded!.score(own as CustomerRecord);
      this.#texts = ownTexts(this.loaded!, own);
    } catch (error) {
      this.fail(error);
      return;
    }
    // In another language, the reader's changes of this customer stay.
    if (this.#own === undefined || !sameValues(this.#own, own)) this.#changes = new Map();
    this.#own = own;
    const score = this.#score(own);
    if (score instanceof TenureError) {
      this.#toCorrect = new Set(score.problems.map(({ field }) => field));
      this.send("tenure-error", { error: score, record: this.record });
    } else {
      this.#original = score;
      this.send("tenure-scored", { record: own, score });
    }
    this.#rescore();
    void this.#advise(own);
  }

  protected override clear(): void {
    this.#texts = {};
    this.#original = undefined;
    this.#current = undefined;
    this.#problems = [];
    this.#refused = undefined;
    this.#effects = new Map();
    this.#toCorrect = new Set();
    this.#counterfactuals = undefined;
    this.#hasAdvice = false;
  }

  #changedRecord(): CustomerRecord {
    return { ...this.customer, ...Object.fromEntries(this.#changes) };
  }

  /** Scores at once, which takes microseconds. */
  #rescore(): void {
    const score = this.#score(this.#changedRecord());
    this.#refused = score instanceof TenureError ? score : undefined;
    this.#current = score instanceof TenureError ? undefined : score;
    this.#problems = score.problems;
    this.#effects = this.#effectsAlone();
  }

  #score(record: CustomerRecord): Score | TenureError {
    try {
      return this.loaded!.score(record);
    } catch (error) {
      if (error instanceof TenureError && error.code === "record_invalid") return error;
      throw error;
    }
  }

  #effectsAlone(): Map<string, number> {
    const effects = new Map<string, number>();
    if (!this.#original) return effects;
    for (const [field, value] of this.#changes) {
      const score = this.#score({ ...this.customer, [field]: value });
      if (!(score instanceof TenureError)) effects.set(field, score.probability - this.#original.probability);
    }
    return effects;
  }

  /**
   * Counterfactuals start from the customer's own record, not from values that are only being
   * tried. A customer in the lowest tier needs none.
   */
  async #advise(own: CustomerRecord): Promise<void> {
    const { schema } = this.loaded!;
    if (!this.#original || this.#original.tier === 0 || !schema.fields.some(({ changeable }) => changeable)) return;
    this.#hasAdvice = true;
    try {
      const found = await this.explainer!.advise(this, own);
      if (found === undefined || own !== this.customer) return;
      this.#counterfactuals = found;
    } catch (error) {
      if (own !== this.customer) return;
      this.#hasAdvice = false;
      this.send("tenure-error", { error: asTenureError(error), record: this.record });
    }
    this.requestUpdate();
  }

  #try({ changes }: TryChanges): void {
    this.#setChanges(new Map(changes.map(({ field, to }) => [field, to])));
  }

  #change({ field, value }: FieldChange): void {
    const changes = new Map(this.#changes);
    if (value === undefined || String(value ?? "") === this.#texts[field]) changes.delete(field);
    else changes.set(field, value);
    this.#setChanges(changes);
  }

  #setChanges(changes: ReadonlyMap<string, FieldValue>): void {
    if (this.loaded === undefined || this.customer === undefined) return;
    this.#changes = changes;
    this.#rescore();
    const score = this.#current;
    this.send("tenure-change", { record: this.#changedRecord(), changes: this.changes, ...(score && { score }) });
  }

  protected override render(): TemplateResult {
    if (this.error) return failure(this.error, this.words, this.label);
    if (this.loaded !== undefined && this.record == null)
      return html`<p class="note" part="empty">${this.words.noCustomer}</p>`;
    return html`
      ${this.noScore ? nothing : this.#scoreSection()}
      ${this.#advice()}
      <section aria-labelledby="what-if">
        <div class="heading" part="heading">
          <slot name="heading"><h3 id="what-if">${this.words.whatIf}</h3></slot>
          ${this.#changes.size > 0 ? html`<button class="reset" part="button" @click=${this.reset}>${drawing(RESET)}${counted(this.words.resetChanges, this.#changes.size)}</button>` : nothing}
        </div>
        ${this.loaded && this.customer ? this.#form() : html`<p class="free" role="status">${this.words.loading}</p>`}
      </section>
    `;
  }

  #scoreSection(): TemplateResult {
    const before = this.#changes.size > 0 ? this.#original : undefined;
    return html`<section part="score-section" aria-label=${this.words.probabilityLabel}>
      ${
        this.#refused
          ? failure(this.#refused, this.words, this.label)
          : scoreLine(
              this.#current && { score: this.#current, before },
              this.loaded?.policy ?? { tiers: [] },
              this.words,
              this.formats,
              this.word,
            )
      }
    </section>`;
  }

  #advice(): TemplateResult | typeof nothing {
    if (!this.#hasAdvice) return nothing;
    return html`<section part="advice" aria-labelledby="advice">
      <div class="heading" part="heading"><slot name="advice-heading"><h3 id="advice">${this.words.advice}</h3></slot></div>
      <tenure-cards
        exportparts="card, button"
        .counterfactuals=${this.#counterfactuals}
        .words=${this.words}
        .formats=${this.formats}
        @try-changes=${this.#try}
      ></tenure-cards>
    </section>`;
  }

  #form(): TemplateResult {
    return html`<tenure-form
      part="form"
      exportparts="field, label, input, slider, switch"
      .scorer=${this.loaded}
      .scope=${this.fields === "all" ? "all" : "changeable"}
      .record=${this.#texts}
      .changes=${this.#changes}
      .effects=${this.#effects}
      .problems=${this.#problems}
      .toCorrect=${this.#toCorrect}
      .extents=${this.extents ?? NO_EXTENTS}
      .words=${this.words}
      .formats=${this.formats}
      .label=${this.label}
      .word=${this.word}
      @field-change=${this.#change}
    ></tenure-form>`;
  }

  static override styles = [
    controls,
    notes,
    tierMarkStyles,
    hostStyles,
    failureStyles,
    scoreLineStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: 2rem;
        min-width: 0;
      }
      section {
        min-width: 0;
      }
      .heading {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 0.6rem;
        min-height: 32px;
        margin-bottom: 0.6rem;
      }
      .reset {
        min-height: 32px;
      }
      .free {
        min-height: 16rem;
      }
      @media print {
        section:has(tenure-form) {
          display: none;
        }
      }
    `,
  ];
}

declare global {
  interface HTMLElementTagNameMap {
    "tenure-what-if": TenureWhatIf;
  }
}
