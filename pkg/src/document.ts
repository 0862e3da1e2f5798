/**
 * The types of an artifact's document: schema, model card, policy. A test compares them with a
 * document of the core.
 */

/** The fields that the model reads, and the rules that their values obey. */
export interface Schema {
  /** Version of the schema's format. */
  readonly schema_version: number;
  /** Name of the schema, such as "IBM Telco". */
  readonly name: string;
  /** Columns that identify a person. They never enter a model. */
  readonly identifiers?: readonly string[];
  /** Columns that the model does not use. */
  readonly ignored?: readonly string[];
  /** The column that the model predicts, and its value for a customer who left. */
  readonly target: {
    /** The column. */
    readonly field: string;
    /** The value. */
    readonly positive: string;
  };
  /** The inputs of the model, in the order of the cells of {@link Scorer.row}. */
  readonly fields: readonly Field[];
  /** Features that the core computes from fields. */
  readonly derived?: readonly DerivedFeature[];
  /** Combinations of values that are possible. Counterfactuals keep to them. */
  readonly rules?: readonly CombinationRule[];
}

/** One field of a record. */
export type Field = NumberField | DateField | CategoryField | FlagField;

/** What every kind of field has. */
interface AnyField {
  /** The field's name: a key of records and columns. */
  readonly name: string;
  /** The field's name for people. Default: `name`. */
  readonly label?: string;
  /** Texts that mean that the value is missing. The empty text always does. */
  readonly missing?: readonly string[];
  /** Whether the company or the customer can change the value. Default: false. */
  readonly changeable?: boolean;
  /** Whether only derived features read the field, and the model does not. Default: false. */
  readonly only_derived?: boolean;
  /** How a counterfactual may change the value of a changeable field. */
  readonly change?: Change;
}

/**
 * How a counterfactual may change a field. Without a key, any other value is possible, at a cost of
 * 1.
 */
export interface Change {
  /**
   * Direction of a change: of numbers by size, of categories by position in the list, of flags from
   * negative to positive. Default: "any".
   */
  readonly direction?: "any" | "increase" | "decrease";
  /**
   * A number changes by a multiple of this, in the field's unit. Default: to a quantile of the
   * training table.
   */
  readonly step?: number;
  /** Lowest new value of a number, in the field's unit. */
  readonly minimum?: number;
  /** Highest new value of a number, in the field's unit. */
  readonly maximum?: number;
  /** Cost of a change, before the distance is counted. Default: 1. */
  readonly cost?: number;
  /** Impossible changes of a category, as pairs `[from, to]`. */
  readonly forbidden?: readonly (readonly [string, string])[];
  /** A formula of other fields. When its value changes, this number changes by the same amount. */
  readonly follows?: string;
}

/**
 * A rule about combinations of values: if the condition `when` is true of a customer, `then` is
 * true as well.
 */
export interface CombinationRule {
  /** A condition in the formula language of the schema. */
  readonly when: string;
  /** The condition that follows from it. */
  readonly then: string;
}

/** A finite number. */
export interface NumberField extends AnyField {
  /** The kind of the field. */
  readonly kind: "number";
  /** Unit of the values, such as `months` or `$`. */
  readonly unit?: string;
  /** Lowest value, included. */
  readonly minimum?: number;
  /** Highest value, included. */
  readonly maximum?: number;
}

/**
 * A day or a moment. Its cell is the number of days from it to `reference`. In a record it is an
 * ISO 8601 text (`2024-01-31`, `2024-01-31T10:00Z`), a `Date`, or a number of days before
 * `reference`.
 */
export interface DateField extends AnyField {
  /** The kind of the field. */
  readonly kind: "date";
  /** The day that counts as 0, such as `2024-01-31`. */
  readonly reference: string;
}

/** One of a list of texts. Any other text counts as OTHER. */
export interface CategoryField extends AnyField {
  /** The kind of the field. */
  readonly kind: "category";
  /**
   * The texts by their codes: code `n` is `categories[n]`, and OTHER has the code
   * `categories.length`.
   */
  readonly categories: readonly string[];
}

/**
 * Yes or no. In a record it is one of the two texts, `true` or `false`. Its code is 1 for yes and 0
 * for no.
 */
export interface FlagField extends AnyField {
  /** The kind of the field. */
  readonly kind: "flag";
  /** The table's text for yes. */
  readonly positive: string;
  /** The table's text for no. */
  readonly negative: string;
}

/** A number that the core computes from fields. */
export interface DerivedFeature {
  /** The feature's name. */
  readonly name: string;
  /** The feature's name for people. Default: `name`. */
  readonly label?: string;
  /** Unit of the value. */
  readonly unit?: string;
  /** The formula, in the formula language of the schema. */
  readonly formula: string;
}

/** How a probability becomes a decision. */
export interface Policy {
  /** The tiers, ascending by `from`. The `tier` of a result is a position in this list. */
  readonly tiers: readonly Tier[];
}

/** A range of probabilities. */
export interface Tier {
  /** The tier's name, such as `high`. */
  readonly name: string;
  /** The tier's name for people. */
  readonly label: string;
  /** Lowest probability of the tier, 0 to 1. */
  readonly from: number;
}

/**
 * The model card: how the model was made, and how it performs on the test rows. It can have more
 * entries than these.
 */
export interface Card {
  /** Name of the model. */
  readonly name: string;
  /** Number of rows in each part of the split. */
  readonly rows: {
    /** Rows that the networks are fitted to. */
    readonly train: number;
    /** Rows that choose between networks, and end a fit. */
    readonly validation: number;
    /** Rows that the calibration is fitted to. */
    readonly calibration: number;
    /** Rows of the metrics. */
    readonly test: number;
  };
  /** Share of customers who left in the whole table, 0 to 1. */
  readonly positive_rate: number;
  /** Seed of the training. */
  readonly seed: number;
  /** SHA-256 of the training table, in hexadecimal. */
  readonly data_sha256: string;
  /** SHA-256 of the schema file, in hexadecimal. */
  readonly schema_sha256: string;
  /** Version of the code that trained the model. */
  readonly code_version: string;
  /** The network in the artifact. */
  readonly network: {
    /** Number of units of each hidden layer, first to last. */
    readonly hidden: readonly number[];
    /** Whether the inputs also contribute to the logit directly, past the hidden layers. */
    readonly direct: boolean;
    /** Number of multiply-adds of one score. */
    readonly multiply_adds: number;
    readonly [entry: string]: unknown;
  };
  /** The teacher that the network was distilled from. */
  readonly teacher?: {
    /** The kind of the teacher. */
    readonly model: string;
    readonly [entry: string]: unknown;
  };
  /** Which model is in the artifact. */
  readonly shipped?: string;
  /** The course of the training. */
  readonly training: {
    /** Log-loss on the validation rows. */
    readonly validation_log_loss: number;
    readonly [entry: string]: unknown;
  };
  /** Metrics on the test rows. */
  readonly metrics: {
    /** Area under the ROC curve, 0 to 1. */
    readonly roc_auc: number;
    /** Area under the precision-recall curve, 0 to 1. */
    readonly pr_auc: number;
    /** Mean log-loss of the probabilities. */
    readonly log_loss: number;
    /** Brier score of the probabilities. */
    readonly brier: number;
    /** Expected calibration error, 0 to 1. */
    readonly ece: number;
    readonly [metric: string]: number;
  };
  readonly [entry: string]: unknown;
}

/** The parts of the artifact's document that this package reads. */
export interface Document {
  readonly schema: Schema;
  readonly card: Card;
  readonly policy: Policy;
  readonly background_rows: number;
}

/**
 * Reads the core's JSON. The result is frozen, because field readers are made from it once. If a
 * reference day was given to the core, date fields say that day.
 */
export function readDocument(json: string, reference?: string): Document {
  const isDate = (value: unknown): boolean => (value as { kind?: unknown } | null)?.kind === "date";
  return JSON.parse(json, (_key, value: unknown) =>
    Object.freeze(reference !== undefined && isDate(value) ? { ...(value as object), reference } : value),
  ) as Document;
}
