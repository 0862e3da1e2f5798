/**
 * The messages that sentences are made of. The entries `tenure/english` and `tenure/german` have
 * one table each.
 */

/** How a number with a unit is written. */
export interface UnitMessages {
  /** The message for the number 1, with `{number}`. Default: `other`. */
  readonly one?: string;
  /** The message for every other number, with `{number}`. */
  readonly other: string;
  /** Number of decimals. Default: as many as the number has. */
  readonly decimals?: number;
}

/**
 * Text for people in one language. A message may contain its placeholders, which are in braces. To
 * change a table, or to translate the labels and categories of a schema, spread one: `{ ...german,
 * words: { Contract: "Vertrag" } }`.
 */
export interface Messages {
  /** The decimal mark. */
  readonly decimal: string;
  /** The separator of thousands. */
  readonly group: string;
  /** A percentage: `{number}`. */
  readonly percent: string;
  /** A flag that is true. */
  readonly yes: string;
  /** A flag that is false. */
  readonly no: string;
  /** A missing value. */
  readonly missing: string;
  /** A category that is not in the schema. */
  readonly other: string;
  /** Messages by unit of the schema. A unit without messages is written after the number. */
  readonly units: { readonly [unit: string]: UnitMessages };
  /**
   * Translations of labels, categories and units of the schema. A word without one stays as it is.
   */
  readonly words: { readonly [word: string]: string };
  /** Separator of the changes in a list. */
  readonly comma: string;
  /** Separator before the last change in a list. */
  readonly and: string;
  /** What a contribution adds to the probability, in percentage points: `{number}`. */
  readonly points: string;
  /** What a contribution adds to the logit: `{number}`. */
  readonly log_odds: string;
  /** A contribution above 0: `{label}`, `{value}`, `{amount}`. */
  readonly raises: string;
  /** A contribution below 0: `{label}`, `{value}`, `{amount}`. */
  readonly lowers: string;
  /** A contribution that rounds to 0: `{label}`, `{value}`, `{amount}`. */
  readonly keeps: string;
  /** One change in a list: `{label}`, `{from}`, `{to}`. */
  readonly change: string;
  /** An answer of `counterfactuals`: `{changes}`, `{before}`, `{after}`. */
  readonly counterfactual: string;
  /** Added to an answer for a field that follows the changes: `{label}`, `{from}`, `{to}`. */
  readonly follows: string;
  /** No answer, `already_under`: `{before}`, `{threshold}`. */
  readonly already_under: string;
  /** No answer, `no_change`: no placeholder. */
  readonly no_change: string;
  /** No answer, `not_reached`: `{before}`, `{threshold}`, `{lowest}`, `{longest}`. */
  readonly not_reached: string;
}
