/** What an artifact says about itself: schema, card, policy. The core writes it; a type test compares a real one. */

/** The table of fields that the model reads. */
export interface Schema {
  readonly schema_version: number;
  /** A name for people, such as "IBM Telco". */
  readonly name: string;
  /** Columns that identify a person; they never enter a model. */
  readonly identifiers?: readonly string[];
  /** Columns that are read past. */
  readonly ignored?: readonly string[];
  /** The column that training predicted, and the value that means "left". */
  readonly target: { readonly field: string; readonly positive: string };
  /** One entry for each input, in the order of {@link Scorer.row}. */
  readonly fields: readonly Field[];
  /** Features that the core computes from fields. */
  readonly derived?: readonly DerivedFeature[];
  /** Which combinations of values there are; counterfactuals keep to them. */
  readonly rules?: readonly CombinationRule[];
}

/** One input of a record. */
export type Field = NumberField | DateField | CategoryField | FlagField;

interface AnyField {
  readonly name: string;
  /** The words a person reads; the name where absent. */
  readonly label?: string;
  /** Texts that mean "missing"; the empty text always does. */
  readonly missing?: readonly string[];
  /** Whether the company or the customer can change it. */
  readonly changeable?: boolean;
  /** The field enters the model through derived features alone. */
  readonly only_derived?: boolean;
  /** How it changes, where it does. */
  readonly change?: Change;
}

/** What a counterfactual may do with a field; any other value at a cost of 1 where a key is absent. */
export interface Change {
  /** Numbers by size, categories by their place in the list, a flag from negative to positive; "any" where absent. */
  readonly direction?: "any" | "increase" | "decrease";
  /** A number moves by whole steps from where it is. */
  readonly step?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly cost?: number;
  /** Pairs of categories, from and to, that are no possible change. */
  readonly forbidden?: readonly (readonly [string, string])[];
  /** A formula: when fields that it reads change, this number moves by as much as the formula does. */
  readonly follows?: string;
}

/** Where the condition `when` holds, `then` holds too. */
export interface CombinationRule {
  readonly when: string;
  readonly then: string;
}

/** A finite number within `minimum` to `maximum`, both included. */
export interface NumberField extends AnyField {
  readonly kind: "number";
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * A day or a moment, which counts as the days that it lies before `reference`. A record gives it as an ISO 8601 text,
 * year first (`2024-01-31`, `2024-01-31T10:00Z`), or as a `Date`; a number is taken for days before the reference.
 */
export interface DateField extends AnyField {
  readonly kind: "date";
  /** The day that counts as 0, as `2024-01-31`. */
  readonly reference: string;
}

/** One of a list of texts; any other text counts as OTHER. Code n is `categories[n]`. */
export interface CategoryField extends AnyField {
  readonly kind: "category";
  readonly categories: readonly string[];
}

/** Yes or no, as the table spells them; `true` and `false` are taken too. */
export interface FlagField extends AnyField {
  readonly kind: "flag";
  readonly positive: string;
  readonly negative: string;
}

/** A number computed from several fields. */
export interface DerivedFeature {
  readonly name: string;
  readonly label?: string;
  readonly unit?: string;
  readonly formula: string;
}

/** From which probability on a customer counts as what. */
export interface Policy {
  /** Ascending by `from`; a result's `tier` is a position in this list. */
  readonly tiers: readonly Tier[];
}

export interface Tier {
  readonly name: string;
  /** The words a person reads. */
  readonly label: string;
  /** Lowest probability of this tier, 0 to 1. */
  readonly from: number;
}

/** How the model was made, and how well it did on customers it never saw. Trainers may say more than is listed here. */
export interface Card {
  readonly name: string;
  /** How many rows of the table went where. */
  readonly rows: {
    readonly train: number;
    readonly validation: number;
    readonly calibration: number;
    readonly test: number;
  };
  /** Share of customers who left, over the whole table, 0 to 1. */
  readonly positive_rate: number;
  readonly seed: number;
  readonly data_sha256: string;
  readonly schema_sha256: string;
  readonly code_version: string;
  readonly network: {
    /** Units of the hidden layers, first to last. */
    readonly hidden: readonly number[];
    /** Whether inputs have a direct share of the logit beside the hidden layers. */
    readonly direct: boolean;
    /** Multiplications and additions that one score takes. */
    readonly multiply_adds: number;
    readonly [entry: string]: unknown;
  };
  /** What the network learned from, and what it lost: absent in artifacts written before there were teachers. */
  readonly teacher?: { readonly model: string; readonly [entry: string]: unknown };
  readonly shipped?: string;
  readonly training: { readonly validation_log_loss: number; readonly [entry: string]: unknown };
  /** On the test rows. */
  readonly metrics: {
    readonly roc_auc: number;
    readonly pr_auc: number;
    readonly log_loss: number;
    readonly brier: number;
    readonly ece: number;
    readonly [metric: string]: number;
  };
  readonly [entry: string]: unknown;
}

/** The artifact's document, as far as this package hands it on. */
export interface Document {
  readonly schema: Schema;
  readonly card: Card;
  readonly policy: Policy;
  readonly background_rows: number;
}

/**
 * Reads the core's JSON; the result is frozen, because readers of a record are made from it once. Dates are said to count
 * back from `reference`, where the core was told so.
 */
export function readDocument(json: string, reference?: string): Document {
  const isDate = (value: unknown): boolean => (value as { kind?: unknown } | null)?.kind === "date";
  return JSON.parse(json, (_key, value: unknown) =>
    Object.freeze(reference !== undefined && isDate(value) ? { ...(value as object), reference } : value),
  ) as Document;
}
