/** `<tenure-score>`: the probability of one customer, its tier, and a scale with all tiers. */

import { css, html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import type { CustomerRecord, Policy, Score } from "tenure";
import { controls } from "./controls.js";
import { hostStyles, sameValues, TenureElement } from "./element.js";
import { failure, failureStyles } from "./failure.js";
import { tierMark, tierMarkStyles } from "./marks.js";
import { notes } from "./notes.js";
import type { Formats } from "./numbers.js";
import { theme } from "./theme.js";
import { fill, type Words } from "./words.js";

/** A score, and the score before changes if there are any. */
interface Shown {
  score: Score;
  before: Score | undefined;
}

/**
 * The probability, the tier and the scale. Without a score it keeps their place, so that nothing
 * moves when the score comes.
 */
export function scoreLine(
  shown: Shown | undefined,
  { tiers }: Policy,
  words: Words,
  { percent, points, wholePercent }: Formats,
  word: (word: string) => string,
): TemplateResult {
  const { score, before } = shown ?? {};
  const tier = word((score && tiers[score.tier]?.label) ?? "");
  const change =
    score && before
      ? fill(words.changed, {
          now: percent(score.probability),
          tier,
          before: percent(before.probability),
        })
      : "";
  return html`
    <div class="score" part="score">
      <span class="probability">
        ${before ? html`<s part="before" aria-label=${fill(words.before, { percent: percent(before.probability) })}>${percent(before.probability)}</s>` : nothing}
        ${score ? html`<output part="probability" aria-label=${words.probabilityLabel}>${percent(score.probability)}</output>` : html`<span class="blank">${percent(0.5)}</span>`}
      </span>
      <span class="tier" part="tier">${score ? html`${tierMark(score.tier, tiers.length)}${tier}` : nothing}</span>
      ${
        score && before
          ? html`<span class="delta" part="delta">${fill(words.points, { points: points(score.probability - before.probability) })}</span>`
          : html`<span class="caption" part="caption">${score ? words.probability : words.loading}</span>`
      }
    </div>
    <tenure-tier-scale
      part="scale"
      exportparts="needle, threshold"
      .tiers=${tiers}
      .percent=${wholePercent}
      .probability=${score?.probability}
      .earlier=${before?.probability}
    ></tenure-tier-scale>
    <p class="visually-hidden" role="status">${change}</p>
  `;
}

export const scoreLineStyles = css`
  .score {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.2rem 1rem;
  }
  .probability {
    display: inline-flex;
    align-items: baseline;
    gap: 0.4em;
    font-size: 34px;
    font-weight: 650;
    line-height: 1.15;
    letter-spacing: -0.025em;
  }
  .probability s {
    font-size: 20px;
    font-weight: 500;
    color: ${theme.inkSoft};
    text-decoration-thickness: 1px;
  }
  .blank {
    visibility: hidden;
  }
  .tier {
    display: inline-flex;
    align-items: baseline;
    gap: 0.45em;
    font-size: 15px;
    font-weight: 600;
  }
  .caption {
    color: ${theme.inkSoft};
  }
  .delta {
    padding: 0.1em 0.6em;
    border: 1px solid transparent;
    border-radius: 1em;
    background: ${theme.selected};
    font-weight: 600;
  }
`;

const NO_TIERS: Policy = { tiers: [] };

export class TenureScore extends TenureElement {
  static override properties: PropertyDeclarations = { baseline: { attribute: false } };

  /** The same customer before changes. The element then shows what the changes did. */
  declare baseline: CustomerRecord | null | undefined;
  #shown: Shown | undefined;

  protected override take(): void {
    this.error = undefined;
    try {
      const score = this.loaded!.score(this.customer!);
      this.#shown = { score, before: this.#before(this.loaded!.score.bind(this.loaded)) };
      this.send("tenure-scored", { record: this.customer!, score });
    } catch (error) {
      this.clear();
      this.fail(error);
    }
  }

  /** A baseline with errors is no baseline: the customer was not scored before. */
  #before(score: (record: CustomerRecord) => Score): Score | undefined {
    if (this.baseline == null) return undefined;
    const before = this.picked(this.baseline);
    if (sameValues(before, this.customer!)) return undefined;
    try {
      return score(before);
    } catch {
      return undefined;
    }
  }

  protected override clear(): void {
    this.#shown = undefined;
  }

  protected override render(): TemplateResult {
    if (this.error) return failure(this.error, this.words, this.label);
    if (this.loaded !== undefined && this.record == null)
      return html`<p class="note" part="empty">${this.words.noCustomer}</p>`;
    return html`<div aria-busy=${this.#shown === undefined}>
      ${scoreLine(this.#shown, this.loaded?.policy ?? NO_TIERS, this.words, this.formats, this.word)}
    </div>`;
  }

  static override styles = [controls, tierMarkStyles, notes, hostStyles, failureStyles, scoreLineStyles];
}

declare global {
  interface HTMLElementTagNameMap {
    "tenure-score": TenureScore;
  }
}
