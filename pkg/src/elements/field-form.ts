/** A form with the fields of one customer, made from the schema, to try changes with. */

import { css, html, LitElement, nothing, type PropertyDeclarations } from "lit";
import { classMap } from "lit/directives/class-map.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { CategoryField, DateField, Field, FieldValue, FlagField, NumberField, Problem, Scorer } from "tenure";
import { controls } from "./controls.js";
import { problemText } from "./failure.js";
import { ALERT, drawing } from "./marks.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import { fill, type Words } from "./words.js";

/** The range of a number's slider. */
export interface Extent {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

/** Positions on a slider for numbers that are not all whole. */
const POSITIONS = 200;

/** A change of one field; `undefined` restores the customer's own value. */
export class FieldChange extends Event {
  constructor(
    readonly field: string,
    readonly value: FieldValue | undefined,
  ) {
    super("field-change");
  }
}

const UNKNOWN = "\u0000unknown";

export class FieldForm extends LitElement {
  static override properties: PropertyDeclarations = {
    scorer: { attribute: false },
    scope: { attribute: false },
    record: { attribute: false },
    changes: { attribute: false },
    effects: { attribute: false },
    problems: { attribute: false },
    toCorrect: { attribute: false },
    extents: { attribute: false },
    words: { attribute: false },
    formats: { attribute: false },
    label: { attribute: false },
    word: { attribute: false },
  };

  declare scorer: Scorer;
  /** Which fields have an input. Fields to correct always have one. */
  declare scope: "changeable" | "all";
  /** The customer's own values, as text, by field; the empty text is a missing value. */
  declare record: Readonly<Record<string, string>>;
  declare changes: ReadonlyMap<string, FieldValue>;
  /** The effect of each change on the probability when it is the only change. */
  declare effects: ReadonlyMap<string, number>;
  declare problems: readonly Problem[];
  /** Fields that come first because their values have errors. */
  declare toCorrect: ReadonlySet<string>;
  declare extents: ReadonlyMap<string, Extent>;
  declare words: Words;
  declare formats: Formats;
  /** The label of a field, and a word of the schema, for people. */
  declare label: (field: string) => string;
  declare word: (word: string) => string;

  protected override render() {
    const { words } = this;
    const correct: Field[] = [];
    const changeable: Field[] = [];
    const fixed: Field[] = [];
    for (const field of this.scorer.schema.fields) {
      if (this.toCorrect.has(field.name)) correct.push(field);
      else if (field.changeable) changeable.push(field);
      else if (this.scope === "all") fixed.push(field);
    }
    const groups = [
      { title: words.toCorrect, fields: correct },
      { title: words.changeable, fields: changeable },
      { title: words.fixed, fields: fixed },
    ].filter(({ fields }) => fields.length > 0);
    if (groups.length === 1) return this.#group(groups[0]!.fields);
    return repeat(
      groups,
      ({ title }) => title,
      ({ title, fields }) => html`<h4>${title}</h4>${this.#group(fields)}`,
    );
  }

  #group(fields: readonly Field[]) {
    return html`<div class="group">${repeat(
      fields,
      ({ name }) => name,
      (field) => this.#field(field),
    )}</div>`;
  }

  #field(field: Field) {
    const { name } = field;
    const isChanged = this.changes.has(name);
    const effect = this.effects.get(name);
    const problem = this.problems.find((found) => found.field === name);
    const note = problem ? problemText(problem, this.words) : "";
    const { words } = this;
    return html`<div part="field" class=${classMap({ field: true, changed: isChanged, [field.kind]: true })}>
      <label part="label" for=${name}>
        ${this.label(name)}${field.kind === "number" && field.unit ? html`<span class="unit">, ${this.word(field.unit)}</span>` : nothing}
      </label>
      ${this.#input(field, note)}
      ${note ? html`<p class="problem" id="${name}-note">${drawing(ALERT)}<span class="words">${note}</span></p>` : nothing}
      ${
        isChanged
          ? html`<p class="was">
            <span class="words">${words.was} <b>${this.word(this.record[name] || words.unknown)}</b></span>
            ${effect === undefined ? nothing : html`<span class="words effect">${fill(words.byItself, { points: this.formats.points(effect) })}</span>`}
            <button class="link" aria-label=${fill(words.resetField, { label: this.label(name) })} @click=${() => this.#change(name, undefined)}>${words.reset}</button>
          </p>`
          : nothing
      }
    </div>`;
  }

  #input(field: Field, note: string) {
    if (field.kind === "number") return this.#number(field, note);
    if (field.kind === "date") return this.#date(field, note);
    return field.kind === "category" ? this.#category(field, note) : this.#flag(field, note);
  }

  #date(field: DateField, note: string) {
    const value = this.#text(field);
    // A date input takes YYYY-MM-DD only; any other spelling is edited as text.
    const isDay = value === "" || /^\d{4}-\d\d-\d\d/.test(value);
    const set = (event: Event) => this.#change(field.name, (event.target as HTMLInputElement).value.trim() || null);
    return html`<input
      id=${field.name}
      part="input"
      type=${isDay ? "date" : "text"}
      autocomplete="off"
      .value=${live(isDay ? value.slice(0, 10) : value)}
      aria-invalid=${note ? "true" : nothing}
      aria-describedby=${note ? `${field.name}-note` : nothing}
      @change=${set}
    />`;
  }

  #number(field: NumberField, note: string) {
    const value = this.#text(field);
    const extent = this.extents.get(field.name) ?? boundsOf(field);
    const change = this.changes.get(field.name);
    const current = this.scorer.cell(field.name, change ?? value) ?? Number.NaN;
    const set = (event: Event) => {
      const input = event.target as HTMLInputElement;
      const text = input.value.trim();
      // A slider has plain numbers. What is typed is read in the field's format first; text that is
      // no number is passed on as it is, so that the core reports what is wrong with it.
      const isWritten = input.type !== "range" && this.scorer.cell(field.name, text) !== undefined;
      const isPlain = !isWritten && !Number.isNaN(Number(text));
      this.#change(field.name, text === "" ? null : isPlain ? Number(text) : text);
    };
    return html`<div class="number">
      <input
        id=${field.name}
        part="input"
        inputmode="decimal"
        autocomplete="off"
        placeholder=${this.words.unknown}
        .value=${live(value)}
        aria-invalid=${note ? "true" : nothing}
        aria-describedby=${note ? `${field.name}-note` : nothing}
        @input=${set}
      />
      ${
        extent
          ? html`<input
            type="range"
            part="slider"
            aria-label=${fill(this.words.slider, { label: this.label(field.name) })}
            min=${extent.low}
            max=${extent.high}
            step=${extent.step}
            .value=${live(String(Number.isFinite(current) ? current : extent.low))}
            @input=${set}
          />`
          : nothing
      }
    </div>`;
  }

  #category(field: CategoryField, note: string) {
    const { words } = this;
    const value = this.#text(field);
    const isUnseen = value !== "" && !field.categories.includes(value);
    const set = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#change(field.name, chosen === UNKNOWN ? null : chosen);
    };
    return html`<select id=${field.name} part="input" aria-describedby=${note ? `${field.name}-note` : nothing} @change=${set}>
      ${field.categories.map((category) => html`<option value=${category} .selected=${live(category === value)}>${this.word(category)}</option>`)}
      ${isUnseen ? html`<option value=${value} .selected=${live(true)}>${fill(words.unseen, { value })}</option>` : nothing}
      <option value=${UNKNOWN} .selected=${live(value === "")}>${words.unknownChoice}</option>
    </select>`;
  }

  #flag(field: FlagField, note: string) {
    const value = this.#text(field);
    const set = (event: Event) =>
      this.#change(field.name, (event.target as HTMLInputElement).checked ? field.positive : field.negative);
    // Other texts than yes and no, such as "Paperless", are shown as they are.
    const { unknownChoice, yes, no } = this.words;
    const text = /^(1|y|yes|true)$/i.test(value)
      ? yes
      : /^(0|n|no|false)$/i.test(value)
        ? no
        : this.word(value) || unknownChoice;
    return html`<span class="switch">
      <input
        id=${field.name}
        part="switch"
        type="checkbox"
        .checked=${live(value === field.positive)}
        .indeterminate=${live(value !== field.positive && value !== field.negative)}
        aria-describedby=${note ? `${field.name}-note` : nothing}
        @change=${set}
      />
      <span class="words" aria-hidden="true">${text}</span>
    </span>`;
  }

  /** The value as shown; '' if it is missing. */
  #text({ name }: Field): string {
    const change = this.changes.get(name);
    return change === undefined ? this.record[name]! : String(change ?? "");
  }

  #change(field: string, value: FieldValue | undefined) {
    this.dispatchEvent(new FieldChange(field, value));
  }

  static override styles = [
    controls,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      h4 {
        margin: 1.4rem 0 0.6rem;
        font-size: 12.5px;
        font-weight: 600;
        color: ${theme.inkSoft};
      }
      h4:first-child {
        margin-top: 0;
      }
      .group {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 168px), 1fr));
        gap: 0.85rem 1.1rem;
        align-items: start;
      }
      label {
        display: block;
        margin-bottom: 0.25rem;
        font-size: 12.5px;
        color: ${theme.inkSoft};
      }
      .changed :is(select, input:not([type='range'], [type='checkbox'])) {
        border-color: ${theme.accent};
        box-shadow: 0 0 0 1px ${theme.accent};
      }
      :is(.number, .date) [aria-invalid='true'] {
        border-color: ${theme.error};
        box-shadow: 0 0 0 1px ${theme.error};
      }

      .date input {
        width: 100%;
      }
      div.number {
        display: grid;
        gap: 0.15rem;
      }
      .field:is(.number) {
        display: block;
      }
      input[type='range'] {
        width: 100%;
        height: 24px;
        margin: 0;
        accent-color: ${theme.accent};
        cursor: pointer;
      }

      .switch {
        display: flex;
        align-items: center;
        gap: 0.6rem;
        min-height: 36px;
      }
      input[type='checkbox'] {
        appearance: none;
        position: relative;
        flex: none;
        width: 40px;
        height: 24px;
        margin: 0;
        border: 1px solid ${theme.lineStrong};
        border-radius: 12px;
        background: ${theme.sunken};
        cursor: pointer;
        transition: background ${theme.quick};
      }
      input[type='checkbox']::after {
        content: '';
        position: absolute;
        top: 3px;
        inset-inline-start: 3px;
        width: 16px;
        height: 16px;
        border-radius: 50%;
        background: ${theme.lineStrong};
        transition:
          inset-inline-start ${theme.quick},
          background ${theme.quick};
      }
      input[type='checkbox']:checked {
        background: ${theme.accent};
        border-color: ${theme.accent};
      }
      input[type='checkbox']:checked::after {
        inset-inline-start: 19px;
        background: ${theme.onAccent};
      }
      input[type='checkbox']:indeterminate::after {
        inset-inline-start: 11px;
      }
      @media (forced-colors: active) {
        input[type='checkbox'] {
          forced-color-adjust: none;
          border-color: ButtonText;
          background: ButtonFace;
        }
        input[type='checkbox']::after {
          background: ButtonText;
        }
        input[type='checkbox']:checked {
          background: Highlight;
        }
        input[type='checkbox']:checked::after {
          background: HighlightText;
        }
      }

      .problem,
      .was {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.1rem 0.6rem;
        margin-top: 0.3rem;
        font-size: 12.5px;
        color: ${theme.inkSoft};
      }
      .problem {
        flex-wrap: nowrap;
        align-items: flex-start;
        color: ${theme.warn};
      }
      .field:has([aria-invalid='true']) .problem {
        color: ${theme.error};
      }
      .problem svg.icon {
        width: 15px;
        height: 15px;
        margin-top: 1px;
      }
      .was b {
        font-weight: 550;
        color: ${theme.ink};
      }
      .effect {
        font-weight: 550;
        color: ${theme.ink};
      }
    `,
  ];
}

/** The range between the bounds of the schema; undefined unless it has both. */
function boundsOf({ minimum: low, maximum: high }: NumberField): Extent | undefined {
  if (low === undefined || high === undefined || low >= high) return undefined;
  const isWhole = Number.isInteger(low) && Number.isInteger(high) && high - low >= 10;
  return { low, high, step: isWhole ? 1 : (high - low) / POSITIONS };
}

/**
 * The values of a record as the form shows them, by field: categories and flags as the schema
 * spells them, and the empty text for a missing value.
 */
export function ownTexts(scorer: Scorer, record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    scorer.schema.fields.map((field) => [field.name, ownText(scorer, field, record[field.name])]),
  );
}

function ownText(scorer: Scorer, field: Field, value: unknown): string {
  const cell = value === undefined ? undefined : scorer.cell(field.name, value as FieldValue);
  if (cell !== undefined) {
    if (Number.isNaN(cell)) return "";
    const known =
      field.kind === "category" ? field.categories : field.kind === "flag" ? [field.negative, field.positive] : [];
    if (known[cell] !== undefined) return known[cell];
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString().slice(0, 10);
  return value == null ? "" : String(value).trim();
}
