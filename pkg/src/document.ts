/** The artifact's document: its types, which are generated from the core's, and its reader. */

import type { ModelCard, Policy, Schema } from "./generated.js";

export type {
  CategoryField,
  Change,
  CombinationRule,
  DateField,
  DerivedFeature,
  Field,
  FlagField,
  Holdout,
  Interval,
  Intervals,
  Metrics,
  NumberField,
  Offer,
  Policy,
  ReasonGroup,
  Schema,
  Tier,
} from "./generated.js";

/**
 * The model card: how the model was made, and how it performs on the test rows. It can have more
 * entries than these.
 */
export interface Card extends ModelCard {
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
