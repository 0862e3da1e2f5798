/**
 * `<tenure-reasons>`: the explanation of one customer. The strongest reasons as sentences, all of
 * them as plots, what they mean, and interactions on demand.
 */

import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { Contribution, CustomerRecord, Explanation, Score } from "tenure";
import { controls } from "./controls.js";
import { cssVariables } from "./css-variables.js";
import { hostStyles, TenureElement } from "./element.js";
import type { Explained, Scale } from "./explainer.js";
import { failure, failureStyles } from "./failure.js";
import { notes } from "./notes.js";
import { type Formats, inPoints } from "./numbers.js";
import { theme } from "./theme.js";
import { outputOf } from "./waterfall.js";
import { SHOWN } from "./waterfall-chart.js";
import { fill } from "./words.js";

/** Reasons written as sentences. Nobody reads more. */
const SENTENCES = 3;
/** Pixels of the plots around the steps of the waterfall, and of one step. */
const AROUND = 330;
const STEP = 34;

export class TenureReasons extends TenureElement {
  static override properties: PropertyDeclarations = { baseline: { attribute: false }, scale: {} };

  /**
   * The same customer before changes. The element marks what changed, and keeps the last
   * explanation until the next one comes.
   */
  declare baseline: CustomerRecord | null | undefined;
  /** `probability` for reasons in percentage points. Default: `log-odds`. Set it before the record. */
  declare scale: Scale | null | undefined;
  /** The explanation of this customer, or of an earlier state of the same customer. */
  #explained: Explained | undefined;
  /** The record that `#explained` is about. */
  #explainedRecord: CustomerRecord | undefined;
  #interacted: Explanation | undefined;
  #isInteracting = false;
  /** The explanation shown is not the one of the current values yet. */
  #isBehind = false;
  /** The baseline of the customer shown; the record itself if there is none. */
  #origin: unknown;
  #changed: ReadonlySet<string> = new Set();
  #earlier: Score | undefined;
  /** Whether the waterfall has a step for every field; it stays so for the next customer. */
  #isUnfolded = false;
  /** Pixels that the last explanation took: they stay free until the next one comes. */
  #height = 0;

  protected override take(): void {
    const origin = this.baseline ?? this.record;
    if (origin !== this.#origin) this.clear();
    this.#origin = origin;
    this.#interacted = undefined;
    this.#isInteracting = false;
    this.error = undefined;
    try {
      // The page's thread finds errors at once, so that no explanation of an earlier state stays.
      this.loaded!.score(this.customer!);
      this.#compare();
    } catch (error) {
      this.clear();
      this.fail(error);
      return;
    }
    void this.#explain(this.customer!);
  }

  protected override clear(): void {
    this.#height = this.renderRoot.querySelector?.<HTMLElement>(".why")?.offsetHeight || this.#height;
    this.#explained = undefined;
    this.#explainedRecord = undefined;
    this.#interacted = undefined;
    this.#isBehind = false;
    this.#origin = undefined;
    this.#changed = new Set();
    this.#earlier = undefined;
  }

  /** What differs from the baseline. */
  #compare(): void {
    this.#changed = new Set();
    this.#earlier = undefined;
    if (this.baseline == null) return;
    const before = this.picked(this.baseline);
    const names = this.loaded!.schema.fields.map(({ name }) => name);
    this.#changed = new Set(names.filter((name) => !Object.is(before[name], this.customer![name])));
    if (this.#changed.size === 0) return;
    try {
      this.#earlier = this.loaded!.score(before);
    } catch {
      // The customer had errors and was not scored before.
    }
  }

  async #explain(record: CustomerRecord): Promise<void> {
    this.#isBehind = true;
    try {
      const explained = await this.explainer!.explain(this, record, { scale: this.#scale });
      // A later record, another model, or no element any more: the answer is not for this customer.
      if (explained === undefined || record !== this.customer || !this.isConnected) return;
      const { explanation } = explained;
      this.#explained = explained;
      this.#explainedRecord = record;
      this.#isBehind = false;
      this.send("tenure-scored", { record, score: explanation, explanation });
    } catch (error) {
      if (record !== this.customer) return;
      this.clear();
      this.fail(error);
    }
  }

  /** Interactions take a few times as long as the explanation, so they are computed on demand. */
  async #interact(): Promise<void> {
    const record = this.customer;
    if (record === undefined || this.explainer === undefined) return;
    this.#isInteracting = true;
    this.requestUpdate();
    try {
      const interacted = await this.explainer.explain(this, record, { interactions: true, scale: this.#scale });
      if (interacted === undefined || record !== this.customer) return;
      this.#interacted = interacted.explanation;
    } catch (error) {
      if (record !== this.customer) return;
      this.fail(error);
    }
    this.#isInteracting = false;
    this.requestUpdate();
  }

  get #scale(): Scale {
    return this.scale === "probability" ? "probability" : "log-odds";
  }

  /** The formats of numbers on the scale of an explanation. */
  #formatsOf({ scale }: Explanation): Formats {
    return scale === "probability" ? inPoints(this.formats) : this.formats;
  }

  #fold(): void {
    this.#isUnfolded = !this.#isUnfolded;
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { words } = this;
    return html`
      <div class="heading" part="heading">
        <slot name="heading"><h3>${words.why}</h3></slot>
        ${this.#isBehind && this.#explained ? html`<span class="behind">${words.updating}</span>` : nothing}
        <slot name="tools"></slot>
        ${this.#explained ? this.#badge(this.#explained.explanation) : nothing}
      </div>
      ${this.#body()}
    `;
  }

  #body(): TemplateResult {
    if (this.error) return failure(this.error, this.words, this.label);
    if (this.loaded !== undefined && this.record == null)
      return html`<p class="note" part="empty">${this.words.noCustomer}</p>`;
    return this.#explained ? this.#why(this.#explained) : this.#free();
  }

  /** Keeps the place of an explanation. */
  #free(): TemplateResult {
    const steps = Math.min(SHOWN + 1, this.loaded?.schema.fields.length ?? SHOWN + 1);
    const height = this.#height || AROUND + STEP * steps;
    return html`<div class="free" aria-busy="true" ${cssVariables({ "--height": `${height}px` })}>
      <p class="note behind" role="status">${this.words.loading}</p>
    </div>`;
  }

  /** Says in words whether the contributions are exact. */
  #badge(explanation: Explanation): TemplateResult {
    const { words } = this;
    const { exact, evaluations, standardError } = explanation;
    const formats = this.#formatsOf(explanation);
    const count = formats.count(evaluations);
    return exact
      ? html`<span class="badge" part="badge" title=${fill(words.evaluations, { count })}>${words.exact}</span>`
      : html`<span class="badge sampled" part="badge" title=${fill(words.sampledEvaluations, { count })}>${fill(words.sampled, { error: formats.fixed(standardError) })}</span>`;
  }

  #why({ explanation, milliseconds }: Explained): TemplateResult {
    const { words } = this;
    const formats = this.#formatsOf(explanation);
    const count = formats.count(this.loaded?.backgroundRows ?? 0);
    const earlier = this.#earlier && outputOf({ ...this.#earlier, scale: explanation.scale });
    return html`<div class="why" aria-busy=${this.#isBehind}>
      <ol part="sentences" aria-label=${words.strongest} lang=${this.speaks}>
        ${explanation.contributions.slice(0, SENTENCES).map(sentence)}
      </ol>
      <tenure-force-line part="force" .explanation=${explanation} .words=${words} .formats=${formats}></tenure-force-line>
      <tenure-waterfall
        part="waterfall"
        exportparts="steps, step, bar, bar-up, bar-down, contribution"
        .explanation=${explanation}
        .earlier=${earlier}
        .changed=${this.#changed}
        .isUnfolded=${this.#isUnfolded}
        @fold=${this.#fold}
        .words=${words}
        .formats=${formats}
      ></tenure-waterfall>
      <p class="note" part="note">
        ${fill(explanation.exact ? words.exactNote : words.sampledNote, { count, scale: words.scales[explanation.scale] })}
        <span class="time">${fill(words.computed, { time: formats.seconds(milliseconds / 1000) })}</span>
      </p>
      ${this.#interactions()}
    </div>`;
  }

  #interactions(): TemplateResult {
    const { words } = this;
    if (this.#interacted) {
      return html`<tenure-interactions part="interactions" .explanation=${this.#interacted} .words=${words} .formats=${this.#formatsOf(this.#interacted)}></tenure-interactions>`;
    }
    return this.#isInteracting
      ? html`<p class="note" role="status">${words.computingInteractions}</p>`
      : html`<button class="pairs" part="button" ?disabled=${this.#explainedRecord !== this.customer} @click=${this.#interact}>${words.showInteractions}</button>`;
  }

  static override styles = [
    controls,
    notes,
    hostStyles,
    failureStyles,
    css`
      .heading {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 32px;
        margin-bottom: 0.6rem;
      }
      .heading > slot[name='heading'] {
        display: block;
        flex: 1;
      }
      .free {
        min-height: var(--height);
      }
      ol {
        max-width: 62ch;
        margin-bottom: 1rem;
      }
      li {
        display: flex;
        gap: 0.6em;
      }
      li + li {
        margin-top: 0.3rem;
      }
      .way {
        flex: none;
        width: 1em;
        text-align: center;
        color: ${theme.inkSoft};
      }
      .note {
        margin-top: 1rem;
      }
      .free .note {
        margin-top: 0;
      }
      .time {
        white-space: nowrap;
      }
      .pairs {
        margin-top: 1rem;
        white-space: normal;
      }
      @media print {
        .pairs {
          display: none;
        }
      }
    `,
  ];
}

/** One reason. The arrow repeats the direction that the sentence names. */
function sentence({ contribution, sentence }: Contribution): TemplateResult {
  const way = contribution > 0 ? "↑" : contribution < 0 ? "↓" : nothing;
  return html`<li><span class="way" aria-hidden="true">${way}</span><span class="words">${sentence}</span></li>`;
}

declare global {
  interface HTMLElementTagNameMap {
    "tenure-reasons": TenureReasons;
  }
}
