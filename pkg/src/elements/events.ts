/** The events of the elements. All bubble, and leave shadow trees. */

import type { CustomerRecord, Decision, Explanation, FieldValue, Score, TenureError } from "tenure";

/** A record was scored: the detail of `tenure-scored`. */
export interface TenureScored {
  /** The record that was scored: its fields of the schema. */
  readonly record: CustomerRecord;
  readonly score: Score;
  /** The explanation, from `<tenure-reasons>` only. */
  readonly explanation?: Explanation;
}

/** The reader changed a field, or took changes back: the detail of `tenure-change`. */
export interface TenureChange {
  /** The customer's record with the changes. */
  readonly record: CustomerRecord;
  /** The changed fields with their new values. Empty if everything was taken back. */
  readonly changes: { readonly [field: string]: FieldValue };
  /** The score of the changed record; absent if a value is not valid. */
  readonly score?: Score;
}

/** It was decided what to do about a customer: the detail of `tenure-decided`. */
export interface TenureDecided {
  /** The record that was decided on: its fields of the schema, and its identifiers. */
  readonly record: CustomerRecord;
  readonly decision: Decision;
}

/** Something failed: the detail of `tenure-error`. */
export interface TenureFailed {
  readonly error: TenureError;
  /** The record; absent if the model failed. */
  readonly record?: unknown;
}

/** The events of the elements by name, with the types of their details. */
export interface TenureEventMap {
  "tenure-scored": CustomEvent<TenureScored>;
  "tenure-change": CustomEvent<TenureChange>;
  "tenure-decided": CustomEvent<TenureDecided>;
  "tenure-error": CustomEvent<TenureFailed>;
}

declare global {
  interface HTMLElementEventMap extends TenureEventMap {}
}
