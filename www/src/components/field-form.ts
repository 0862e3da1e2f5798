/** A form with the fields of one customer, made from the schema, to try changes with. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { classMap } from "lit/directives/class-map.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type {
  CategoryField,
  DateField,
  Field,
  FieldValue,
  FlagField,
  NumberField,
  Problem,
  Schema,
  Scorer,
} from "tenure";
import { controls } from "../styles/controls";
import type { Extent } from "../table/extents";
import { fieldLabel } from "../text/fields";
import { formatPoints } from "../text/numbers";
import { icon } from "./marks";

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

@customElement("field-form")
export class FieldForm extends LitElement {
  @property({ attribute: false }) schema!: Schema;
  @property({ attribute: false }) scorer!: Scorer;
  /** The customer's own values, as text, by field. */
  @property({ attribute: false }) record: Record<string, string> = {};
  @property({ attribute: false }) changes: ReadonlyMap<string, FieldValue> = new Map();
  /** The effect of each change on the probability when it is the only change. */
  @property({ attribute: false }) effects: ReadonlyMap<string, number> = new Map();
  @property({ attribute: false }) problems: readonly Problem[] = [];
  /** Fields that come first because their values have errors. */
  @property({ attribute: false }) toCorrect: ReadonlySet<string> = new Set();
  @property({ attribute: false }) extents: ReadonlyMap<string, Extent> = new Map();

  override render() {
    const groups = Map.groupBy(this.schema.fields, ({ name, changeable }) => {
      return this.toCorrect.has(name) ? "To correct" : changeable ? "Can be changed" : "Cannot be changed";
    });
    if (groups.size === 1) return this.#group(this.schema.fields);
    const titles = (["To correct", "Can be changed", "Cannot be changed"] as const).filter((title) =>
      groups.has(title),
    );
    return repeat(
      titles,
      (title) => title,
      (title) => html`<h3>${title}</h3>${this.#group(groups.get(title)!)}`,
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
    const isChanged = this.changes.has(field.name);
    const effect = this.effects.get(field.name);
    const problem = this.problems.find((found) => found.field === field.name);
    const note = problem ? `${problem.message} (got ${problem.value})` : "";
    return html`<div class=${classMap({ field: true, changed: isChanged, [field.kind]: true })}>
      <label for=${field.name}>
        ${fieldLabel(field)}${field.kind === "number" && field.unit ? html`<span class="unit">, ${field.unit}</span>` : nothing}
      </label>
      ${this.#input(field, note)}
      ${note ? html`<p class="note" id="${field.name}-note">${icon("alert")}${note}</p>` : nothing}
      ${
        isChanged
          ? html`<p class="was">
            <span>was <b>${this.record[field.name]?.trim() || "unknown"}</b></span>
            ${effect === undefined ? nothing : html`<span class="effect">by itself ${formatPoints(effect)} points</span>`}
            <button class="link" aria-label="Reset ${fieldLabel(field)}" @click=${() => this.#change(field.name, undefined)}>Reset</button>
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
    const extent = this.extents.get(field.name);
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
        inputmode="decimal"
        autocomplete="off"
        placeholder="unknown"
        .value=${live(value)}
        aria-invalid=${note ? "true" : nothing}
        aria-describedby=${note ? `${field.name}-note` : nothing}
        @input=${set}
      />
      ${
        extent
          ? html`<input
            type="range"
            aria-label="${fieldLabel(field)}, slider"
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
    const value = this.#text(field);
    const isUnseen = value !== "" && !field.categories.includes(value);
    const set = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#change(field.name, chosen === UNKNOWN ? null : chosen);
    };
    return html`<select id=${field.name} aria-describedby=${note ? `${field.name}-note` : nothing} @change=${set}>
      ${field.categories.map((category) => html`<option value=${category} .selected=${live(category === value)}>${category}</option>`)}
      ${isUnseen ? html`<option value=${value} .selected=${live(true)}>${value} (not seen in training)</option>` : nothing}
      <option value=${UNKNOWN} .selected=${live(value === "")}>Unknown</option>
    </select>`;
  }

  #flag(field: FlagField, note: string) {
    const value = this.#text(field);
    const set = (event: Event) =>
      this.#change(field.name, (event.target as HTMLInputElement).checked ? field.positive : field.negative);
    // Tables spell flags "1" and "0"; other texts, such as "Yes" or "Paperless", are shown as they
    // are.
    const words = { "": "Unknown", "1": "Yes", "0": "No" }[value] ?? value;
    return html`<span class="switch">
      <input
        id=${field.name}
        type="checkbox"
        .checked=${live(value === field.positive)}
        .indeterminate=${live(value !== field.positive && value !== field.negative)}
        aria-describedby=${note ? `${field.name}-note` : nothing}
        @change=${set}
      />
      <span aria-hidden="true">${words}</span>
    </span>`;
  }

  /** The value as shown; '' if it is missing. */
  #text(field: Field): string {
    const change = this.changes.get(field.name);
    if (change !== undefined) return change === null ? "" : String(change);
    const own = (this.record[field.name] ?? "").trim();
    return field.missing?.includes(own) ? "" : own;
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
      h3 {
        margin: 1.4rem 0 0.6rem;
        font-size: 12.5px;
        font-weight: 600;
        color: var(--ink-soft);
      }
      h3:first-child {
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
        color: var(--ink-soft);
      }
      .changed :is(select, input:not([type='range'], [type='checkbox'])) {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }
      :is(.number, .date) [aria-invalid='true'] {
        border-color: var(--error);
        box-shadow: 0 0 0 1px var(--error);
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
        accent-color: var(--accent);
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
        border: 1px solid var(--line-strong);
        border-radius: 12px;
        background: var(--sunken);
        cursor: pointer;
        transition: background var(--quick);
      }
      input[type='checkbox']::after {
        content: '';
        position: absolute;
        top: 3px;
        left: 3px;
        width: 16px;
        height: 16px;
        border-radius: 50%;
        background: var(--line-strong);
        transition:
          translate var(--quick),
          background var(--quick);
      }
      input[type='checkbox']:checked {
        background: var(--accent);
        border-color: var(--accent);
      }
      input[type='checkbox']:checked::after {
        translate: 16px 0;
        background: var(--on-accent);
      }
      input[type='checkbox']:indeterminate::after {
        translate: 8px 0;
      }

      .note,
      .was {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.1rem 0.6rem;
        margin-top: 0.3rem;
        font-size: 12.5px;
        color: var(--ink-soft);
      }
      .note {
        flex-wrap: nowrap;
        align-items: flex-start;
        color: var(--warn);
      }
      .field:has([aria-invalid='true']) .note {
        color: var(--error);
      }
      .note svg.icon {
        width: 15px;
        height: 15px;
        margin-top: 1px;
      }
      .was b {
        font-weight: 550;
        color: var(--ink);
      }
      .effect {
        font-weight: 550;
        color: var(--ink);
      }
    `,
  ];
}
