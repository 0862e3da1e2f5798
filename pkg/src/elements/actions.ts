/**
 * `<tenure-actions>`: what to do about one customer. The offers that are worth their cost with the
 * reason that each answers, why the others are not made, and whether the customer is held out.
 */

import { css, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import {
  type AnyScorer,
  type CustomerRecord,
  type DecideOptions,
  type Decision,
  type OfferAction,
  type RefusedOffer,
  TenureError,
} from "tenure";
import { controls } from "./controls.js";
import { hostStyles, TenureElement } from "./element.js";
import { idle } from "./explainer.js";
import { failure, failureStyles } from "./failure.js";
import { notes } from "./notes.js";
import { theme } from "./theme.js";
import { counted, fill } from "./words.js";

/** The properties beside the record that a decision depends on. */
const GIVEN = ["identifier", "daysSinceOffer", "exhausted"] as const;

export class TenureActions extends TenureElement {
  static override properties: PropertyDeclarations = {
    identifier: {},
    daysSinceOffer: { attribute: "days-since-offer", type: Number },
    exhausted: { attribute: false },
  };

  /** The customer's identifier, for the hold-out. Default: the record's. */
  declare identifier: string | null | undefined;
  /** Days since the customer's last offer, for cooldowns. Default: there was none. */
  declare daysSinceOffer: number | null | undefined;
  /** Names of offers whose capacity is used up. Default: none. */
  declare exhausted: readonly string[] | null | undefined;
  #decision: Decision | undefined;
  /** The latest question; an answer to an earlier one is dropped. */
  #asked: object | undefined;

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const isOther = GIVEN.some((name) => changed.has(name));
    if (isOther && this.loaded !== undefined && this.customer !== undefined) this.take();
  }

  /** Identifiers are no fields, and a decision needs one. */
  protected override picked(record: CustomerRecord): CustomerRecord {
    const picked = super.picked(record);
    if (picked === record) return record;
    const { identifiers = [] } = this.loaded!.schema;
    return { ...picked, ...Object.fromEntries(identifiers.map((name) => [name, record[name]])) };
  }

  protected override take(): void {
    this.clear();
    this.error = undefined;
    void this.#decide(this.customer!);
  }

  protected override clear(): void {
    this.#decision = undefined;
    this.#asked = undefined;
  }

  /** The reasons take up to a tenth of a second, so they come in idle time. */
  async #decide(record: CustomerRecord): Promise<void> {
    const scorer: AnyScorer = this.loaded!;
    const options: DecideOptions = {
      identifier: this.identifier ?? undefined,
      daysSinceOffer: this.daysSinceOffer ?? undefined,
      exhausted: this.exhausted ?? undefined,
    };
    const asked = {};
    this.#asked = asked;
    await idle();
    if (asked !== this.#asked || scorer !== this.loaded || !this.isConnected) return;
    try {
      if (scorer.decide === undefined) throw new TenureError("argument_invalid", NO_DECISIONS);
      const decision = scorer.decide(record, options);
      this.#decision = decision;
      this.send("tenure-decided", { record, decision });
    } catch (error) {
      this.clear();
      this.fail(error);
    }
  }

  protected override render(): TemplateResult {
    return html`
      <div class="heading" part="heading">
        <slot name="heading"><h3>${this.words.whatToDo}</h3></slot>
      </div>
      ${this.#body()}
    `;
  }

  #body(): TemplateResult {
    if (this.error) return failure(this.error, this.words, this.label);
    if (this.loaded !== undefined && this.record == null)
      return html`<p class="note" part="empty">${this.words.noCustomer}</p>`;
    if (this.#decision === undefined)
      return html`<p class="note behind" role="status" aria-busy="true">${this.words.loading}</p>`;
    return this.#what(this.#decision);
  }

  #what({ action, actions, refused, holdout }: Decision): TemplateResult {
    const { words } = this;
    return html`
      ${action === "" ? nothing : html`<p class="action sentence" part="action">${this.word(action)}</p>`}
      ${holdout === true ? html`<p class="held-out sentence" part="holdout">${words.heldOut}</p>` : nothing}
      ${holdout === null ? html`<p class="note" part="holdout">${words.holdoutUnknown}</p>` : nothing}
      ${
        actions.length > 0
          ? html`<ol part="offers" aria-label=${words.offersInOrder}>${actions.map(this.#offer)}</ol>`
          : holdout === true
            ? nothing
            : html`<p class="sentence" part="no-offer">${words.noOffer}</p>`
      }
      ${refused.length > 0 ? this.#refused(refused) : nothing}
      ${actions.length > 0 ? html`<p class="note" part="note">${words.offersNote}</p>` : nothing}
    `;
  }

  #offer = ({ label, expectedProfit, cost, reason }: OfferAction): TemplateResult => {
    const { words, formats } = this;
    return html`<li part="offer">
      <div class="line">
        <b part="offer-name">${this.word(label)}</b>
        <span class="text" part="profit">${fill(words.expectedProfit, { amount: formats.fixed(expectedProfit) })}</span>
        <span class="cost text" part="cost">${fill(words.offerCost, { amount: formats.fixed(cost) })}</span>
      </div>
      ${reason ? html`<p class="reason sentence" part="reason" lang=${this.speaks}>${reason.sentence}</p>` : nothing}
    </li>`;
  };

  #refused(refused: readonly RefusedOffer[]): TemplateResult {
    const { words, formats } = this;
    const profit = (amount: number): string => ` (${fill(words.expectedProfit, { amount: formats.fixed(amount) })})`;
    const offer = ({ label, rule, expectedProfit }: RefusedOffer): TemplateResult =>
      html`<li class="sentence"><b>${this.word(label)}</b> ${words.refusals[rule]}${expectedProfit === null ? nothing : profit(expectedProfit)}</li>`;
    return html`<details part="refused">
      <summary><span class="words">${counted(words.notMade, refused.length, formats.count(refused.length))}</span></summary>
      <ul>${refused.map(offer)}</ul>
    </details>`;
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
        min-height: 32px;
        margin-bottom: 0.6rem;
      }
      .action {
        margin-bottom: 0.6rem;
        font-weight: 600;
      }
      .held-out {
        margin-bottom: 0.6rem;
        padding: 0.6rem 0.8rem;
        border: 1px solid transparent;
        border-radius: ${theme.radiusSmall};
        background: ${theme.selected};
        max-width: 62ch;
      }
      ol {
        max-width: 62ch;
      }
      ol > li {
        padding: 0.6rem 0.8rem;
        border: 1px solid ${theme.line};
        border-radius: ${theme.radiusSmall};
        background: ${theme.paper};
      }
      ol > li:first-child {
        border-color: ${theme.accent};
      }
      li + li {
        margin-top: 0.4rem;
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.1rem 0.9rem;
      }
      .line b {
        flex: 1 1 14em;
        font-weight: 600;
      }
      .cost,
      .reason {
        color: ${theme.inkSoft};
      }
      .reason {
        margin-top: 0.2rem;
      }
      .note,
      details {
        margin-top: 0.8rem;
      }
      summary {
        cursor: pointer;
        width: fit-content;
      }
      details ul {
        margin-top: 0.4rem;
        max-width: 62ch;
      }
    `,
  ];
}

const NO_DECISIONS =
  "the scorer cannot decide: set the property scorer to one of tenure/decide, or map the name tenure to tenure/decide in the import map or the bundler";

declare global {
  interface HTMLElementTagNameMap {
    "tenure-actions": TenureActions;
  }
}
