/** The table of messages that sentences are made from: `tenure/english` and `tenure/german` have one each. */

/** How a unit of the schema is written with a number. */
export interface UnitMessages {
  /** With `{number}`, where it is 1; as `other` where absent. */
  readonly one?: string;
  readonly other: string;
  /** Decimals of a number with this unit; as many as it has where absent. */
  readonly decimals?: number;
}

/**
 * Text for people in one language. Placeholders stand in braces; each message names its own. To make another table, or
 * to translate the labels and categories of a schema, spread one: `{ ...german, words: { Contract: "Vertrag" } }`.
 */
export interface Messages {
  /** The decimal mark, and what stands between thousands. */
  readonly decimal: string;
  readonly group: string;
  /** `{number}`. */
  readonly percent: string;
  /** A flag's values, a value that is not known, a category that is not in the schema. */
  readonly yes: string;
  readonly no: string;
  readonly missing: string;
  readonly other: string;
  /** By the schema's unit; another unit is written after the number as it stands. */
  readonly units: { readonly [unit: string]: UnitMessages };
  /** Labels, categories and units of the schema, translated; what is absent stays as it stands. */
  readonly words: { readonly [word: string]: string };
  /** Between the changes of a list, and before the last of them. */
  readonly comma: string;
  readonly and: string;
  /** A contribution above 0, below 0, and one that rounds to 0.00: `{label}`, `{value}`, `{amount}`. */
  readonly raises: string;
  readonly lowers: string;
  readonly keeps: string;
  /** One change in a list: `{label}`, `{from}`, `{to}`. */
  readonly change: string;
  /** An answer: `{changes}`, `{before}`, `{after}`. */
  readonly counterfactual: string;
  /** After it, what moves with the changes: `{label}`, `{from}`, `{to}`. */
  readonly follows: string;
  /** No answer: `{before}`, `{threshold}`; nothing; `{before}`, `{threshold}`, `{lowest}`, `{longest}`. */
  readonly already_under: string;
  readonly no_change: string;
  readonly not_reached: string;
}
