/** Chooses a segment of the customers: a value of a category or a flag. */
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { page } from "../styles/page";
import type { Segment, SegmentField } from "../table/view";
import { texts } from "../text/texts";
import { PageElement } from "./page-element";

/** Asks to show one segment only; all customers without one. */
export class ChooseSegment extends Event {
  constructor(readonly segment: Segment | undefined) {
    super("choose-segment");
  }
}

@customElement("segment-select")
export class SegmentSelect extends PageElement {
  @property({ attribute: false }) segments: readonly SegmentField[] = [];
  /** The label of every field, by name. */
  @property({ attribute: false }) labels: ReadonlyMap<string, string> = new Map();
  @property({ attribute: false }) chosen?: Segment | undefined;

  #choose(event: Event) {
    const { value } = event.target as HTMLSelectElement;
    const found = this.#all().find((segment) => keyOf(segment) === value);
    this.dispatchEvent(new ChooseSegment(found));
  }

  #all(): Segment[] {
    return this.segments.flatMap(({ field, values }) => values.map(({ cell }) => ({ field: field.name, cell })));
  }

  override render() {
    const t = texts();
    const { chosen } = this;
    const key = chosen && keyOf(chosen);
    // A warning can choose the customers without a value of a number, which the list does not offer.
    const isOther = chosen !== undefined && !this.#all().some((segment) => keyOf(segment) === key);
    return html`<select aria-label=${t.segment} class=${chosen ? "chosen" : ""} @change=${this.#choose}>
      <option value="" ?selected=${!chosen} .selected=${!chosen}>${t.allCustomers}</option>
      ${isOther ? html`<option value=${key!} .selected=${true}>${this.labels.get(chosen.field)}: ${t.unknownValue}</option>` : nothing}
      ${this.segments.map(({ field, values }) => {
        const label = this.labels.get(field.name)!;
        return html`<optgroup label=${label}>
          ${values.map(({ cell, count }) => {
            const own = keyOf({ field: field.name, cell });
            const value = `${label}: ${valueName(field, cell)}`;
            return html`<option value=${own} .selected=${own === key}>${t.valueWithCount(value, count)}</option>`;
          })}
        </optgroup>`;
      })}
    </select>`;
  }

  static override styles = [
    page,
    css`
      :host {
        flex: 0 1 13rem;
        min-width: 8rem;
      }
      select {
        text-overflow: ellipsis;
      }
      .chosen {
        border-color: var(--accent);
        background: var(--selected);
      }
    `,
  ];
}

function keyOf({ field, cell }: Segment): string {
  return `${cell} ${field}`;
}

/** The value of a cell as the schema spells it. */
function valueName(field: SegmentField["field"], cell: number): string {
  const { otherValue, unknownValue } = texts();
  if (Number.isNaN(cell)) return unknownValue;
  const values = field.kind === "flag" ? [field.negative, field.positive] : field.categories;
  return values[cell] ?? otherValue;
}
