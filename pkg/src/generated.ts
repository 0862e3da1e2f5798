/**
 * The types of what the core hands over, generated from its Rust types. Change those, then run
 * `cargo xtask types`.
 */

/** The fields that the model reads, and the rules that their values obey. */
export interface Schema {
  /** Version of the schema's format. */
  readonly schema_version: number;
  /** Name of the schema, such as "IBM Telco". */
  readonly name: string;
  /** Columns that identify a person. They never enter a model. */
  readonly identifiers?: ReadonlyArray<string>;
  /** Columns that the model does not use. */
  readonly ignored?: ReadonlyArray<string>;
  /** The column that the model predicts, and which of its values mean that a customer left. */
  readonly target: {
    /** The column's name. */
    readonly field: string;
    /** The value that means "left", or several. Absent where `when` says it. */
    readonly positive?: string | ReadonlyArray<string>;
    /**
     * The values that mean "stayed". Training refuses any other. Absent: every value that is not
     * positive means "stayed".
     */
    readonly negative?: ReadonlyArray<string>;
    /** Whether a customer left who has a value in the column, or who has none. */
    readonly when?: "present" | "missing";
    /** Texts that mean that the value is missing. The empty text always does. */
    readonly missing?: ReadonlyArray<string>;
  };
  /** The inputs of the model. Everything that has one entry per field keeps this order. */
  readonly fields: ReadonlyArray<Field>;
  /** Features that are computed from fields. */
  readonly derived?: ReadonlyArray<DerivedFeature>;
  /**
   * Combinations of values that are possible. Counterfactuals keep to them. Records are not
   * checked against them.
   */
  readonly rules?: ReadonlyArray<CombinationRule>;
}

/** One field of a record. */
export type Field = NumberField | DateField | CategoryField | FlagField;

/** What every kind of field has. */
export interface AnyField {
  /** The field's name: a key of records and columns. */
  readonly name: string;
  /** The field's name for people. Default: `name`. */
  readonly label?: string;
  /**
   * Texts that mean that the value is missing, in any spelling; numbers are compared as numbers.
   * The empty text always does.
   */
  readonly missing?: ReadonlyArray<string>;
  /** Whether the company or the customer can change the value. Default: false. */
  readonly changeable?: boolean;
  /** Whether only derived features read the field, and the model does not. Default: false. */
  readonly only_derived?: boolean;
  /** How a counterfactual may change the value of a changeable field. */
  readonly change?: Change;
}

/**
 * A finite number. In a record it is a number, or a text in the field's format: a plain number with
 * a decimal point, where none of the keys below says otherwise.
 */
export interface NumberField extends AnyField {
  /** The kind of the field. */
  readonly kind: "number";
  /** Unit of the values, such as `months` or `$`. */
  readonly unit?: string;
  /** Lowest value, included. */
  readonly minimum?: number;
  /** Highest value, included. */
  readonly maximum?: number;
  /** Decimal mark of a text. Default: ".". */
  readonly decimal?: "." | ",";
  /**
   * The mark that may part groups of three digits of a text. The blank stands for no-break
   * spaces too.
   */
  readonly grouping?: string;
  /** A currency or unit that a text may have before the number. */
  readonly prefix?: string;
  /** A currency, unit or "%" that a text may have after the number, which is not scaled. */
  readonly suffix?: string;
  /**
   * What makes a text negative, beside a minus in front of it: brackets around it, or a minus
   * behind it.
   */
  readonly negative?: "brackets" | "trailing";
  /** A text is a time of day or a duration, such as `14:30`, and the number is in hours. */
  readonly format?: "time";
}

/**
 * A day or a moment. Its cell is the number of days from it to `reference`. In a record it is an
 * ISO 8601 text (`2024-01-31`, `2024-01-31T10:00Z`), a text in the field's format, a `Date`, or a
 * number of days before `reference`.
 */
export interface DateField extends AnyField {
  /** The kind of the field. */
  readonly kind: "date";
  /** The day that counts as 0, such as `2024-01-31`. */
  readonly reference: string;
  /**
   * The order of a text, such as `%d.%m.%Y`; or `unix`, `unix_ms` or `excel`: then a number or a
   * text is seconds or milliseconds since 1970-01-01, or a spreadsheet's days.
   */
  readonly format?: string;
}

/** One of a list of texts, in any spelling. Any other text counts as OTHER. */
export interface CategoryField extends AnyField {
  /** The kind of the field. */
  readonly kind: "category";
  /**
   * The texts by their codes: code `n` is `categories[n]`, and OTHER has the code
   * `categories.length`.
   */
  readonly categories: ReadonlyArray<string>;
  /** The fewest customers of a category of its own. Default: 20. */
  readonly minimum_members?: number;
}

/**
 * Yes or no. In a record it is one of the two texts in any spelling, `true` or `false`, or a word
 * such as `yes`, `n` or `1`. Its code is 1 for yes and 0 for no.
 */
export interface FlagField extends AnyField {
  /** The kind of the field. */
  readonly kind: "flag";
  /** The table's text for yes. */
  readonly positive: string;
  /** The table's text for no. */
  readonly negative: string;
}

/**
 * How a counterfactual may change a field. Without a key, any other value is possible, at a cost
 * of 1.
 */
export interface Change {
  /**
   * Direction of a change: of numbers by size, of categories by position in the list, of flags
   * from negative to positive. Default: "any".
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
  readonly forbidden?: ReadonlyArray<readonly [string, string]>;
  /** A formula of other fields. When its value changes, this number changes by the same amount. */
  readonly follows?: string;
}

/**
 * A rule about combinations of values: if the condition `when` is true of a customer, `then` is
 * true as well. A condition that reads a missing value breaks no rule.
 */
export interface CombinationRule {
  /** A condition in the formula language of the schema. */
  readonly when: string;
  /** The condition that follows from it. */
  readonly then: string;
}

/** A number that is computed from fields. */
export interface DerivedFeature {
  /** The feature's name. */
  readonly name: string;
  /** The feature's name for people. Default: `name`. */
  readonly label?: string;
  /** Unit of the value, for people. */
  readonly unit?: string;
  /** The formula, in the formula language of the schema. */
  readonly formula: string;
}

/** How a probability becomes a decision. */
export interface Policy {
  /**
   * At least one tier, ascending by `from`; the first starts at 0. The `tier` of a result is a
   * position in this list.
   */
  readonly tiers: ReadonlyArray<Tier>;
  /**
   * Tiers by expected profit, ascending by `from`; the first starts at 0. Where there are some,
   * the `tier` of a decision is a position in this list.
   */
  readonly profit_tiers?: ReadonlyArray<Tier>;
  /** What a customer who stays is worth: a number or a formula. */
  readonly value?: number | string;
  /** What it costs to contact a customer, whatever the offer. */
  readonly contact_cost?: number;
  /** Customers who get no offer, so that its effect can be measured. */
  readonly holdout?: Holdout;
  /** Named groups of fields, which offers can answer. */
  readonly reasons?: ReadonlyArray<ReasonGroup>;
  /** What a customer can be offered. */
  readonly offers?: ReadonlyArray<Offer>;
}

/**
 * A range of probabilities, or of expected profits: at least `from`, and below the `from` of the
 * next tier.
 */
export interface Tier {
  /** The tier's name for programs, such as `high`. */
  readonly name: string;
  /** The tier's name for people. */
  readonly label: string;
  /** Lowest probability of the tier, 0 to 1; or lowest expected profit. */
  readonly from: number;
  /** What people do with customers of the tier, such as "A person calls". */
  readonly action?: string;
}

/** Something that may keep a customer who would leave. */
export interface Offer {
  /** The offer's name for programs, such as `discount`. */
  readonly name: string;
  /** The offer's name for people. Default: `name`. */
  readonly label?: string;
  /** What the offer costs, the contact left out: a number or a formula. */
  readonly cost: number | string;
  /**
   * Probability that the offer keeps a customer who would leave: a number or a formula, 0 to 1,
   * or the parameters of a beta distribution, whose mean counts.
   */
  readonly effect:
    | number
    | string
    | {
        /** First parameter of the distribution. */
        readonly alpha: number;
        /** Second parameter of the distribution. */
        readonly beta: number;
      };
  /** A condition in the formula language of the schema: who may get it. Default: everybody. */
  readonly eligible?: string;
  /** The reasons that it answers: names of `reasons`, or of fields. */
  readonly answers?: ReadonlyArray<string>;
  /** The most customers of a plan who get it. Default: no limit. */
  readonly capacity?: number;
  /** Days that must pass after a customer's last offer. Default: 0. */
  readonly cooldown?: number;
}

/** Fields that stand for one reason, such as the price. */
export interface ReasonGroup {
  /** The group's name, such as `price`. */
  readonly name: string;
  /** The group's name for people. Default: `name`. */
  readonly label?: string;
  /** Names of fields. */
  readonly fields: ReadonlyArray<string>;
}

/** Which customers get no offer. */
export interface Holdout {
  /** Share of the customers, at least 0 and below 1. */
  readonly fraction: number;
  /** Another key holds out other customers. Default: the empty text. */
  readonly key?: string;
}

/**
 * The model card: how the model was made, and how it performs on the test rows. Counts are rows of
 * the training table unless their name says otherwise.
 */
export interface ModelCard {
  /** Name of the model, such as "IBM Telco". */
  readonly name: string;
  /** Version of the code that trained the model. */
  readonly code_version: string;
  /** Seed of the training: of the split and of everything that was fitted. */
  readonly seed: number;
  /** SHA-256 of the training table, in hexadecimal. */
  readonly data_sha256: string;
  /** SHA-256 of the schema file, in hexadecimal. */
  readonly schema_sha256: string;
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
  /** How the rows were split, in words. */
  readonly split?: string;
  /** What the data checks warned of: the check, and the field if it is about one. */
  readonly data_warnings?: ReadonlyArray<readonly [string, string | null]>;
  /**
   * Share of the training rows in which a field is missing, 0 to 1; fields that never are are
   * left out. Older trainers did not count them.
   */
  readonly missing_rates?: { readonly [key in string]: number };
  /**
   * Share of the training rows in which a field has a text that is no category, 0 to 1; fields
   * without one are left out.
   */
  readonly other_rates?: { readonly [key in string]: number };
  /** Share of customers who left in the whole table, 0 to 1. */
  readonly positive_rate: number;
  /** The network in the artifact. */
  readonly network: {
    /** Number of units of each hidden layer, first to last. */
    readonly hidden: ReadonlyArray<number>;
    /** Whether the inputs also contribute to the logit directly, past the hidden layers. */
    readonly direct: boolean;
    /** Fields and derived features that the network reads. */
    readonly inputs: number;
    /** Columns of the encoding that training used. */
    readonly dense_columns: number;
    /** Number of multiply-adds of one score. */
    readonly multiply_adds: number;
  };
  /** The teacher that the network was distilled from. */
  readonly teacher?: {
    /** The kind of the teacher, such as `linear + tabm`. */
    readonly model: string;
    /** Networks in it. */
    readonly members: number;
    /** Multiply-adds of a row, all members together. */
    readonly multiply_adds: number;
    /** Calibrated, on the validation rows. */
    readonly validation_log_loss: number;
    /** On the test rows, at the threshold of the network in the artifact. */
    readonly metrics: Metrics;
    /** The validation log-loss of every model that was tried, before calibration. */
    readonly tried: { readonly [key in string]: number };
    /** The penalty of the TabM in it; null without one. */
    readonly penalty?: {
      /** A key of `tried`. */
      readonly chosen: string;
      /** The validation log-loss of every penalty. */
      readonly tried: { readonly [key in string]: number };
    } | null;
    /** The weight of each model in the mean of the logits; they sum to 1. */
    readonly weights?: { readonly [key in string]: number };
    /** What was not fitted, and why. */
    readonly skipped?: { readonly [key in string]: string };
    /**
     * Log-loss of the network in the artifact less the teacher's, on the validation rows and before
     * calibration.
     */
    readonly excess_log_loss?: number;
    /**
     * The largest excess that is tolerated; beyond it, no network that was tried agrees with the
     * teacher.
     */
    readonly tolerated_log_loss?: number;
  };
  /** Which model is in the artifact: `student`, `teacher`, or `members:N` of the teacher. */
  readonly shipped?: string;
  /**
   * What the model was imported from, where Tenure did not train it. Then nobody says which rows of the
   * table it was trained on.
   */
  readonly imported?: {
    /** Who made it, in words, such as `scikit-learn 1.8, MLPClassifier`. */
    readonly source: string;
    /** SHA-256 of the file of its weights, in hexadecimal. */
    readonly weights_sha256: string;
    /** Its layers in words, first to last, such as `0 Linear 45 to 16`. */
    readonly layers: ReadonlyArray<string>;
    /**
     * The largest difference of a probability from the model's own, before calibration, over the rows of
     * the table for which both are the same function.
     */
    readonly largest_difference: number;
    /** Whether a calibration was fitted; otherwise probabilities are the model's own. */
    readonly recalibrated: boolean;
  };
  /** How the network was fitted. */
  readonly training: {
    /** Calibrated, on the validation rows. */
    readonly validation_log_loss: number;
    /**
     * The hyperparameters by the names of their flags, as in `learning-rate`; those without a
     * value are left out. `tenure train --help` says what each is. An imported model has none.
     */
    readonly hyperparameters: { readonly [key in string]: string | number | boolean };
  };
  /** How the calibration was chosen. */
  readonly calibration?: {
    /** `temperature` or `isotonic`. */
    readonly method: string;
    /** With a temperature. */
    readonly temperature_log_loss: number;
    /** With an isotonic curve; null with too few rows to try. */
    readonly isotonic_log_loss?: number | null;
    /** With the plain sigmoid, not cross-validated. */
    readonly uncalibrated_log_loss: number;
  };
  /**
   * Metrics of the network in the artifact, on the test rows. The threshold has the best F1 on
   * the validation rows.
   */
  readonly metrics: Metrics;
  /** Intervals of the metrics. */
  readonly intervals?: Intervals;
  /** Where the model does worse on the test rows. */
  readonly segments?: {
    /** Segments that were tested. */
    readonly measured: number;
    /** Segments in which the model does worse than chance explains. */
    readonly worse: number;
    /** Customers of the smallest segment that is tested. */
    readonly smallest: number;
    /** Expected share of false alarms among the segments called worse, 0 to 1. */
    readonly false_discovery_rate: number;
    /** The segments with the lowest p-values, worse ones first. */
    readonly most_doubtful: ReadonlyArray<{
      /** As in `Contract: Month-to-month`. */
      readonly label: string;
      /** Customers in it. */
      readonly rows: number;
      /** Share of them who left, 0 to 1. */
      readonly rate: number;
      /** The mean of their probabilities. */
      readonly mean_probability: number;
      /** 95% interval of the rate less the mean probability. */
      readonly gap: readonly [number, number];
      /** Mean log-loss. */
      readonly log_loss: number;
      /** Whether the model does worse than chance explains. */
      readonly worse: boolean;
    }>;
  };
  /** The losses of every stage of training. */
  readonly curves?: ReadonlyArray<{
    /** What was fitted: `linear`, `mlp`, `tabm`, `student`, … */
    readonly stage: string;
    /** Epochs that are kept, counted from 1, ascending. */
    readonly epoch: ReadonlyArray<number>;
    /** Log-loss on the training rows. */
    readonly train: ReadonlyArray<number>;
    /** Log-loss on the validation rows. */
    readonly validation: ReadonlyArray<number>;
    /** The epoch whose weights were kept; it is in `epoch`. */
    readonly best_epoch: number;
  }>;
  /** How far explanations are from those against the training set. */
  readonly explanation?: {
    /** Background rows of the artifact. */
    readonly background_rows: number;
    /** Customers that were explained. */
    readonly customers: number;
    /** Training rows that they were explained against. */
    readonly reference_rows: number;
    /** Mean standard error of those explanations, which are sampled. */
    readonly reference_standard_error: number;
    /** Mean size of a contribution. */
    readonly mean_absolute_contribution: number;
    /** The error that the number of background rows was chosen to stay below. */
    readonly tolerated_error: number;
    /** Mean error of a contribution, by the number of background rows. */
    readonly mean_absolute_error: { readonly [key in string]: number };
    /** Mean error of the base value, by the number of background rows. */
    readonly base_error: { readonly [key in string]: number };
  };
  /**
   * What the model saw on the rows that no network was fitted to, for comparisons with what it
   * sees later (docs/monitoring.md). Older trainers did not keep it.
   */
  readonly reference?: unknown;
}

/**
 * The figures of one model on one set of rows. They agree with scikit-learn's where it has them.
 * A positive row is a customer who left.
 */
export interface Metrics {
  /**
   * Area under the ROC curve, 0 to 1: the chance that a positive row has a higher probability
   * than a negative one; ties count half.
   */
  readonly roc_auc: number;
  /**
   * Area under the precision-recall curve, 0 to 1, as average precision: the precision at every
   * distinct probability, weighted by the recall it adds.
   */
  readonly pr_auc: number;
  /** Mean of -ln of the probability given to what happened, clipped to [ε, 1 - ε], ε = 2^-52. */
  readonly log_loss: number;
  /** Brier score: mean squared distance of probability and outcome. */
  readonly brier: number;
  /**
   * Expected calibration error: the sum over 10 equal-width bins of |mean probability - positive
   * rate| × share of the rows. The bin of p is floor(10 p), and 1 is in the last one.
   */
  readonly ece: number;
  /**
   * The expected `ece` of a perfectly calibrated model with these probabilities on as many rows.
   * Outcomes are random, so it is never 0, and an `ece` near this value is no sign of bad
   * calibration (Bröcker & Smith 2007, Weather and Forecasting 22; each bin's difference taken
   * as normal).
   */
  readonly ece_by_chance: number;
  /** Harmonic mean of precision and recall at `threshold`; 0 where there is no true positive. */
  readonly f1: number;
  /**
   * Positive rate of the top tenth over the rate of all. The top tenth is the ⌈n / 10⌉ rows of
   * highest probability; rows tied at its edge share the places left, so that the order of the
   * rows does not matter.
   */
  readonly lift10: number;
  /** Share of rows on the right side of `threshold`. */
  readonly accuracy: number;
  /** Share of positives among the rows at or above `threshold`; 0 where there is no such row. */
  readonly precision: number;
  /** Share of the positives that are at or above `threshold`. */
  readonly recall: number;
  /** A row counts as predicted positive from this probability on. */
  readonly threshold: number;
}

/** Percentile intervals of the metrics, under the same keys, from a bootstrap over the rows. */
export interface Intervals {
  /** Share of the resamples within an interval, 0 to 1. */
  readonly level: number;
  /** Resamples that were drawn. */
  readonly resamples: number;
  /** Seed of the draws. */
  readonly seed: number;
  /** Interval of `roc_auc`. */
  readonly roc_auc: Interval;
  /** Interval of `pr_auc`. */
  readonly pr_auc: Interval;
  /** Interval of `log_loss`. */
  readonly log_loss: Interval;
  /** Interval of `brier`. */
  readonly brier: Interval;
  /** Interval of `ece`. */
  readonly ece: Interval;
  /** Interval of `f1`. */
  readonly f1: Interval;
  /** Interval of `lift10`. */
  readonly lift10: Interval;
  /** Interval of `accuracy`. */
  readonly accuracy: Interval;
  /** Interval of `precision`. */
  readonly precision: Interval;
  /** Interval of `recall`. */
  readonly recall: Interval;
}

/** Both ends of an interval. */
export interface Interval {
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/** The score of one customer. */
export interface CoreScore {
  /** The network's output before calibration, in log-odds. */
  readonly logit: number;
  /** Calibrated probability of leaving, 0 to 1. */
  readonly probability: number;
  /** Position in `policy.tiers`. */
  readonly tier: number;
}

/**
 * The explanation of one score. `base` plus all contributions is `logit`, or `probability` on that
 * scale.
 */
export interface CoreExplanation {
  /** Mean of the reference customers in the artifact: of their logits, or of their probabilities. */
  readonly base: number;
  /** The network's output before calibration, in log-odds. */
  readonly logit: number;
  /** Calibrated probability of leaving, 0 to 1. */
  readonly probability: number;
  /** Position in `policy.tiers`. */
  readonly tier: number;
  /** Whether the contributions are exact Shapley values, not estimates. */
  readonly exact: boolean;
  /**
   * Number of evaluations of the network. Each is one coalition of fields with one reference
   * customer.
   */
  readonly evaluations: number;
  /** Largest standard error of a contribution, on its scale; 0 if all are exact. */
  readonly standardError: number;
  /** One for each field, largest absolute contribution first. */
  readonly contributions: ReadonlyArray<CoreContribution>;
  /**
   * All pairs of fields, largest absolute value first; absent unless asked for, and unless
   * `exact` is true.
   */
  readonly interactions?: ReadonlyArray<Interaction>;
}

/** The contribution of one field to a score. */
export interface CoreContribution {
  /** The field's name. */
  readonly field: string;
  /** The field's label, in the language of the scorer. */
  readonly label: string;
  /** The value as text, with its unit. */
  readonly text: string;
  /**
   * Shapley value: what this value adds to the logit or the probability, compared with the
   * reference customers.
   */
  readonly contribution: number;
  /** Standard error of the contribution; 0 if it is exact. Two standard errors cover about 95%. */
  readonly standardError: number;
  /** The contribution as a sentence, in the language of the scorer. */
  readonly sentence: string;
}

/** The interaction of two fields. */
export interface Interaction {
  /** Name of the field that comes first in the schema. */
  readonly first: string;
  /** Name of the other field. */
  readonly second: string;
  /**
   * Shapley interaction index of order two (Grabisch and Roubens 1999), on the scale: what both
   * values add together beyond what each adds alone, averaged over the coalitions of the other
   * fields. Above 0 the values strengthen each other, below 0 they overlap.
   */
  readonly value: number;
}

/** What to do about a customer. */
export interface CoreDecision {
  /** Calibrated probability of leaving, 0 to 1. */
  readonly probability: number;
  /** The network's output before calibration, in log-odds. */
  readonly logit: number;
  /** Position in `policy.profit_tiers`, or in `policy.tiers` where there are none. */
  readonly tier: number;
  /** What people do with customers of the tier; empty for a customer who is held out. */
  readonly action: string;
  /** What the customer is worth; `null` if the policy does not say, or a value is missing. */
  readonly value: number | null;
  /** Expected profit of the first action; 0 without an action. */
  readonly expectedProfit: number;
  /** Whether the customer is held out and gets no offer; `null` if that needs an identifier. */
  readonly holdout: boolean | null;
  /** Offers that are worth their cost, best first. A customer gets one of them. */
  readonly actions: ReadonlyArray<OfferAction>;
  /** The other offers, in the order of the policy. */
  readonly refused: ReadonlyArray<RefusedOffer>;
  /** The fields that raise the probability most, largest first. */
  readonly reasons: ReadonlyArray<Reason>;
  /** Whether the reasons come from exact Shapley values, not estimates. */
  readonly exact: boolean;
  /** Largest standard error of a reason, as a probability; 0 if all are exact. */
  readonly standardError: number;
}

/** An offer that is worth its cost. */
export interface OfferAction {
  /** The offer's name. */
  readonly offer: string;
  /** The offer's name for people. */
  readonly label: string;
  /** P(leave) × effect × value − cost. */
  readonly expectedProfit: number;
  /** Cost of the offer and of the contact. */
  readonly cost: number;
  /** Probability that the offer keeps the customer if the customer would leave. */
  readonly effect: number;
  /** The reason that it answers; `null` if none of its reasons raises the probability. */
  readonly reason: Reason | null;
}

/** An offer that is not made. */
export interface RefusedOffer {
  /** The offer's name. */
  readonly offer: string;
  /** The offer's name for people. */
  readonly label: string;
  /** The rule that stopped it. */
  readonly rule: "eligibility" | "cooldown" | "value" | "effect" | "cost" | "profit" | "capacity" | "holdout";
  /** Its expected profit; `null` if it is not known. */
  readonly expectedProfit: number | null;
}

/** A field, or a group of fields, that raises the probability. */
export interface Reason {
  /** The field's name; of a group, its largest field. */
  readonly field: string;
  /** The field's label, in the language of the scorer. */
  readonly label: string;
  /** The value as text, with its unit. */
  readonly text: string;
  /** The group's label; `null` if the field is in none. */
  readonly group: string | null;
  /** What it adds to the probability; of a group that an offer answers, all of its fields together. */
  readonly contribution: number;
  /** What the field adds, in percentage points, as a sentence in the language of the scorer. */
  readonly sentence: string;
}

/** The figures of a plan. */
export interface CorePlan {
  /** Expected profit of all offers together. */
  readonly expectedProfit: number;
  /** What the offers cost, contacts included. */
  readonly cost: number;
  /** No plan within the limits has more expected profit. */
  readonly bound: number;
  /** What contacting a share of the cohort brings, without limits. */
  readonly curve: CoreProfitCurve;
  /** One for each offer of the policy, in its order. */
  readonly offers: ReadonlyArray<PlannedOffer>;
}

/**
 * Expected profit by the share of the cohort that is contacted, each customer with the offer that is
 * best for the customer.
 */
export interface CoreProfitCurve {
  /** `[101]`: shares of the cohort: 0, 0.01, …, 1. */
  readonly fractions: ReadonlyArray<number>;
  /** `[101]`: profit where those of the largest expected profit are contacted first. */
  readonly byProfit: ReadonlyArray<number>;
  /** `[101]`: profit where those of the highest probability are contacted first. */
  readonly byRisk: ReadonlyArray<number>;
  /** The best share if the largest expected profit comes first, and its profit. */
  readonly bestByProfit: MostProfit;
  /** The best share if the highest probability comes first, and its profit. */
  readonly bestByRisk: MostProfit;
}

/** The largest profit, and the share of the customers to contact for it. */
export interface MostProfit {
  /** Share of the customers who are contacted, 0 to 1. */
  readonly fraction: number;
  /** The profit: of a curve in total, of a campaign for each customer. */
  readonly profit: number;
}

/** An offer in a plan. */
export interface PlannedOffer {
  /** The offer's name. */
  readonly offer: string;
  /** The offer's name for people. */
  readonly label: string;
  /** How many customers get it. */
  readonly count: number;
  /**
   * The most that a campaign with this offer alone can expect, among the customers who can get it:
   * the expected maximum profit (EMP) if the effect is a beta distribution. `null` if nobody can.
   */
  readonly campaign: MostProfit | null;
}

/** What is wrong with a policy. */
export interface PolicyProblem {
  /** The key, such as `policy.offers[0].cost`. */
  readonly place: string;
  /** The rule that it breaks, with the value. */
  readonly message: string;
}

/**
 * Counts of what a model saw, as the file of a profile has them. No count is of 1 to 19 rows: where a
 * count is left out, it is `null`.
 */
export interface Profile {
  /** What it is. */
  readonly format: "tenure-profile";
  /** Version of the format: 1. */
  readonly version: number;
  /** SHA-256 of the model's file, in hexadecimal. */
  readonly model: string;
  /** The identities of what was added up, of 16 hexadecimal digits each. */
  readonly parts: ReadonlyArray<string>;
  /** The first and the last day; `null` if none were stated. */
  readonly days: readonly [string, string] | null;
  /** All rows. */
  readonly rows: number;
  /** Rows that have a score. */
  readonly scored: number;
  /** By field of the schema: rows by cell. A field for which there was no room has none. */
  readonly fields: ReadonlyArray<ReadonlyArray<number | null>>;
  /** Values by rule: absent, type, finite, bounds, unseen_category, clipped. */
  readonly rules: ReadonlyArray<number | null>;
  /** The scores. */
  readonly scores: ProfileScores;
  /** Decisions by offer of the policy, and last those without an offer. */
  readonly offers: ReadonlyArray<number | null>;
}

/** Counts of scores by bin, the lowest scores first. Sums are in millionths. */
export interface ProfileScores {
  /** Rows by bin. */
  readonly rows: ReadonlyArray<number | null>;
  /** Sums of their probabilities. */
  readonly sums: ReadonlyArray<number | null>;
  /** Sums of the squares of their probabilities. */
  readonly squares: ReadonlyArray<number | null>;
  /** Both sums over all bins. */
  readonly total: readonly [number | null, number | null];
  /** Rows at or above the threshold of the model card, and both sums of them. */
  readonly positive: readonly [number | null, number | null, number | null];
}

/** A profile beside the reference in the model. Pairs are of the reference, then of the profile. */
export interface Comparison {
  /**
   * `fine`: nothing moved by more than chance explains. `drift`: a field or the scores have moved.
   * `broken`: the rows are not as the model reads them, or there are none.
   */
  readonly verdict: "fine" | "drift" | "broken";
  /** Rows. */
  readonly rows: readonly [number, number];
  /** Share of the rows without a score. */
  readonly notScored: readonly [number, number];
  /** The first and the last day of the profile; `null` if none were stated. */
  readonly days: readonly [string, string] | null;
  /** The fields that are counted, in the order of the schema. */
  readonly fields: ReadonlyArray<FieldComparison>;
  /** The scores. */
  readonly scores: ScoreComparison;
  /** What to expect if the probabilities are still right. */
  readonly expected: readonly [ExpectedFigures, ExpectedFigures];
  /** Values of the profile that break a rule. */
  readonly rules: RuleCounts;
  /** Decisions of the profile by offer, and last those without one. */
  readonly offers: ReadonlyArray<OfferDecisions>;
}

/** One field of a comparison. */
export interface FieldComparison {
  /** The field's name. */
  readonly field: string;
  /** Whether it has moved. */
  readonly drifted: boolean;
  /** Whether it is missing, unseen or unreadable in a tenth of the rows more than in training. */
  readonly broken: boolean;
  /** Share of the rows in which it is missing. */
  readonly missing: readonly [number | null, number | null];
  /** Share of the rows whose value counts as another: unseen texts, or numbers outside the fitted ones. */
  readonly replaced: readonly [number | null, number | null];
  /** Share of the rows in which it cannot be read. */
  readonly unreadable: readonly [number | null, number | null];
  /** How far it has moved. */
  readonly distances: Distances;
  /**
   * Shares of the rows by cell. Of a number: below the first edge, from each edge to the next, at the
   * last one, above it; of a category: each category that is counted, all others, unseen texts. Last
   * missing and unreadable ones.
   */
  readonly cells: ReadonlyArray<readonly [number | null, number | null]>;
}

/** The scores of a comparison. */
export interface ScoreComparison {
  /** Whether the mean or the histogram has moved. */
  readonly drifted: boolean;
  /** The mean probability. */
  readonly mean: readonly [number | null, number | null];
  /** The chance of a difference as large if nothing moved. */
  readonly meanPValue: number;
  /** The difference that counts as moved. */
  readonly meanThreshold: number | null;
  /** How far the histogram has moved. */
  readonly distances: Distances;
  /** Shares of the scored rows by bin, the lowest scores first. */
  readonly bins: ReadonlyArray<readonly [number | null, number | null]>;
}

/** The distances of two histograms. */
export interface Distances {
  /** Population stability index. */
  readonly populationStability: Distance;
  /** Jensen-Shannon distance, base 2, 0 to 1. */
  readonly jensenShannon: Distance;
  /** Pearson's chi-square statistic of two samples. */
  readonly chiSquare: Distance;
  /** Its degrees of freedom. */
  readonly degrees: number;
  /** Its p-value. */
  readonly pValue: number;
  /** Wasserstein distance in standard deviations of the reference; `null` for categories. */
  readonly wasserstein: Distance | null;
}

/** A distance, with the value that chance exceeds as rarely as the verdict allows. */
export interface Distance {
  /** The distance. */
  readonly value: number | null;
  /** The threshold for this number of rows. */
  readonly threshold: number | null;
}

/** Expected figures; `null` where there is nothing to compute one from. */
export interface ExpectedFigures {
  /** Rows that have a score. */
  readonly rows: number;
  /** Share of customers who leave. */
  readonly rate: ExpectedFigure | null;
  /** Area under the ROC curve. */
  readonly rocAuc: ExpectedFigure | null;
  /** Share of those at or above the threshold who leave. */
  readonly precision: ExpectedFigure | null;
  /** Share of those who leave that are at or above the threshold. */
  readonly recall: ExpectedFigure | null;
  /** Mean log-loss. */
  readonly logLoss: ExpectedFigure | null;
  /** Profit per customer of contacting everyone at or above the threshold. */
  readonly profit: ExpectedFigure | null;
}

/** An expected figure with a range that has 95% of what would be measured on the same rows. */
export interface ExpectedFigure {
  /** The figure. */
  readonly value: number;
  /** The lower end. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
}

/** Numbers of values that break a rule, see `Rule`. */
export interface RuleCounts {
  /** The key is absent. */
  readonly absent: number | null;
  /** The value is not of the field's kind. */
  readonly type: number | null;
  /** The number is not finite. */
  readonly finite: number | null;
  /** The number is out of bounds. */
  readonly bounds: number | null;
  /** The text is no category. */
  readonly unseen_category: number | null;
  /** The number is outside the fitted ones. */
  readonly clipped: number | null;
}

/** Decisions for one offer. */
export interface OfferDecisions {
  /** The offer's name; `null` for those without an offer. */
  readonly offer: string | null;
  /** Their number. */
  readonly decisions: number | null;
}

/**
 * Rows of a batch in which something is wrong with one field: its value breaks a rule, or it is not
 * what training saw.
 */
export interface CoreFinding {
  /** The field's name; `record` for rows that are no record. */
  readonly field: string;
  /** The rule that the values break, or what the field is. */
  readonly rule: string;
  /** Number of rows, listed in `problems` or not. */
  readonly rows: number;
  /** Up to three of the values, as in [`Problem::value`]. */
  readonly examples: ReadonlyArray<string>;
  /** All of this as a sentence. */
  readonly message: string;
}

/** A value of a record that breaks a rule. */
export interface CoreProblem {
  /** What the problem is about: the name of a field. */
  readonly field: string;
  /** The rule that the value breaks. */
  readonly rule: CoreRule;
  /** The value, as text; a text is in quotes. */
  readonly value: string;
  /** What the rule demands. */
  readonly message: string;
}

/** The rules that a value of a record can break. The texts are stable: callers match on them. */
export type CoreRule = "absent" | "type" | "finite" | "bounds" | "unseen_category" | "clipped";
