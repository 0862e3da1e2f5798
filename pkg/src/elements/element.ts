/**
 * What the elements share: the model, the record, the language, errors and events.
 */

import { css, isServer, LitElement, type PropertyDeclarations, type PropertyValues } from "lit";
import { type ArtifactSource, type CustomerRecord, type FieldValue, type Scorer, TenureError } from "tenure";
import type { TenureEventMap } from "./events.js";
import { acquire, type Explainer, type ModelOptions, release } from "./explainer.js";
import { inheritedLanguage, type Language, localeOf, spoken } from "./language.js";
import { type Formats, formats } from "./numbers.js";
import { theme } from "./theme.js";
import { type Words, wordsOf } from "./words.js";

/** The attribute `record` is JSON. A text that is none stays a text, which the scorer refuses. */
function fromJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The text of an element, and headings in it. */
export const hostStyles = css`
  :host {
    display: block;
    color: ${theme.ink};
    font-family: var(--tenure-font, inherit);
    font-size: var(--tenure-font-size, 14px);
    font-variant-numeric: tabular-nums;
    line-height: 1.45;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
  }
  h3 {
    font-size: 15px;
    font-weight: 600;
    letter-spacing: -0.005em;
  }
  .behind {
    color: ${theme.inkSoft};
    font-size: 12.5px;
    animation: appear 0s 200ms both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
`;

export abstract class TenureElement extends LitElement {
  static override properties: PropertyDeclarations = {
    model: {},
    scorer: { attribute: false },
    options: { attribute: false },
    record: { converter: { fromAttribute: fromJson } },
    language: {},
  };

  /**
   * The model: its address (also as attribute), or its bytes. Elements with the same address, or the
   * same bytes, share one scorer and one worker.
   */
  declare model: ArtifactSource | null | undefined;
  /** A loaded scorer in place of `model`. Explanations then run on the page's thread. */
  declare scorer: Scorer | null | undefined;
  /** Options of `load`. Set the same object on elements that share a model. */
  declare options: ModelOptions | undefined;
  /** The customer, as `score` takes it. Set a new object for a new state of the customer. */
  declare record: CustomerRecord | null | undefined;
  /** `en` or `de`. Default: the `lang` of the page around the element. */
  declare language: string | null | undefined;

  /** What loads and explains; absent while there is no model. */
  protected explainer: Explainer | undefined;
  /** The scorer, once it is loaded. */
  protected loaded: Scorer | undefined;
  /** Why nothing can be shown. */
  protected error: TenureError | undefined;
  /** The fields of the record that the schema names, read once. */
  protected customer: CustomerRecord | undefined;
  /** The language of the element, its texts, and its formats of numbers. */
  protected speaks: Language = "en";
  protected words: Words = wordsOf("en");
  protected formats: Formats = formats("en");
  #source: { model: unknown; language: Language; options: ModelOptions | undefined } | undefined;
  #modelError: TenureError | undefined;
  #languages: MutationObserver | undefined;
  #events: Event[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    // The page may change its language while the element is shown.
    this.#languages = new MutationObserver(() => this.requestUpdate());
    this.#languages.observe(this.ownerDocument.documentElement, { attributeFilter: ["lang"] });
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#languages?.disconnect();
    this.#leave();
  }

  /**
   * Scores or explains `this.customer` with `this.loaded`; called when either, or the baseline, is
   * another.
   */
  protected abstract take(): void;

  /** Forgets everything about the customer shown. */
  protected abstract clear(): void;

  protected override willUpdate(changed: PropertyValues): void {
    if (isServer || !this.isConnected) return;
    this.speaks = spoken(this.language) ?? spoken(inheritedLanguage(this)) ?? "en";
    this.words = wordsOf(this.speaks);
    this.formats = formats(localeOf(this.speaks));
    const hasNewModel = this.#attach();
    const isNew = hasNewModel || (changed.has("record") && !this.#isShown());
    if (!isNew && !changed.has("baseline")) return;
    if (isNew) {
      this.error = this.#modelError;
      this.customer = undefined;
    }
    if (this.loaded === undefined || this.record == null || this.error !== undefined) {
      this.clear();
      return;
    }
    this.customer ??= this.picked(this.record);
    this.take();
  }

  /**
   * Whether the record has the values that are shown already. Frameworks make a new object whenever
   * they render, and the changes that the reader tries must not be lost by that.
   */
  #isShown(): boolean {
    if (this.customer === undefined || this.record == null) return false;
    return sameValues(this.customer, this.picked(this.record));
  }

  protected override updated(): void {
    for (const event of this.#events.splice(0)) this.dispatchEvent(event);
  }

  /** Sends an event once the element shows what it is about. */
  protected send<N extends keyof TenureEventMap>(name: N, detail: TenureEventMap[N]["detail"]): void {
    this.#events.push(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    this.requestUpdate();
  }

  /** Shows an error, and sends it. */
  protected fail(thrown: unknown): void {
    this.error = asTenureError(thrown);
    this.send("tenure-error", {
      error: this.error,
      ...(this.error === this.#modelError ? {} : { record: this.record }),
    });
  }

  /** The label of a field, in the language of the element if the options have its words. */
  protected label = (name: string): string => {
    const label = this.loaded?.schema.fields.find((field) => field.name === name)?.label || name;
    return this.word(label);
  };

  /** A word of the schema, translated if the options do. */
  protected word = (word: string): string => this.options?.locale?.words[word] ?? word;

  /**
   * The fields of a record that the schema names: what is scored, what goes to the worker, and all
   * that is read. A proxy, as frameworks make them, cannot be sent to a worker.
   */
  protected picked(record: CustomerRecord): CustomerRecord {
    // The scorer says what is wrong with a text or a list.
    if (typeof record !== "object" || Array.isArray(record)) return record;
    const entries = this.loaded!.schema.fields.map(({ name }) => [name, record[name]] as const);
    return Object.fromEntries(entries) as { [field: string]: FieldValue | undefined };
  }

  /** Follows `model`, `scorer`, `options` and the language. Returns whether the scorer is another. */
  #attach(): boolean {
    const model = this.scorer ?? (this.model || undefined);
    const last = this.#source;
    const isSame =
      last !== undefined && last.model === model && last.options === this.options && last.language === this.speaks;
    if (!isSame) {
      this.#leave();
      this.#source = { model, options: this.options, language: this.speaks };
      if (model !== undefined) this.#join(model);
    }
    const loaded = this.#modelError === undefined ? this.explainer?.scorer : undefined;
    const isNew = loaded !== this.loaded || !isSame;
    this.loaded = loaded;
    return isNew;
  }

  #join(model: ArtifactSource | Scorer): void {
    const explainer = acquire(model, this.speaks, this.options);
    this.explainer = explainer;
    if (explainer.scorer !== undefined) return;
    const settled = (error?: unknown): void => {
      if (this.explainer !== explainer) return;
      if (error !== undefined) {
        this.#modelError = asTenureError(error);
        this.clear();
        this.fail(this.#modelError);
      }
      this.requestUpdate();
    };
    explainer.ready.then(() => settled(), settled);
  }

  #leave(): void {
    this.#source = undefined;
    this.#modelError = undefined;
    this.loaded = undefined;
    this.error = undefined;
    if (this.explainer === undefined) return;
    this.explainer.forget(this);
    release(this.explainer);
    this.explainer = undefined;
  }
}

/** Whether two records have the same values. */
export function sameValues(one: CustomerRecord, other: CustomerRecord): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  return Object.keys({ ...one, ...other }).every((name) => Object.is(one[name], other[name]));
}

export function asTenureError(thrown: unknown): TenureError {
  if (thrown instanceof TenureError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TenureError("unexpected", message, [], { cause: thrown });
}
