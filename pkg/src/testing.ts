/**
 * `tenure/testing`: a small model and customers for it, for unit tests of a program that scores. No
 * file or network is needed.
 */

import bytes from "../../tests/artifacts/v1.safetensors?base64";
import type { Schema } from "./document.js";
import { TenureError } from "./tenure-error.js";
import type { FieldValue } from "./types.js";

/**
 * The bytes of an artifact, for `load(model)`. Its customers are those of a telephone company. It is
 * for tests: its probabilities are of no use.
 *
 * @example
 * ```js
 * import { load } from "tenure";
 * import { model, records } from "tenure/testing";
 *
 * const scorer = await load(model);
 * const [loyal, , recent] = records.map((record) => scorer.score(record).probability);
 * if (!(loyal < recent)) throw new Error("a new customer leaves sooner than a loyal one");
 * ```
 */
export const model: Uint8Array = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));

const LOYAL = {
  gender: "Female",
  SeniorCitizen: "No",
  Partner: "Yes",
  Dependents: "Yes",
  tenure: 68,
  PhoneService: "Yes",
  MultipleLines: "Yes",
  InternetService: "DSL",
  OnlineSecurity: "Yes",
  OnlineBackup: "Yes",
  DeviceProtection: "Yes",
  TechSupport: "Yes",
  StreamingTV: "No",
  StreamingMovies: "No",
  Contract: "Two year",
  PaperlessBilling: "No",
  PaymentMethod: "Credit card (automatic)",
  MonthlyCharges: 71.9,
  TotalCharges: 4889.2,
};

/** Customers of {@link model}, from the lowest risk of leaving to the highest. No field is missing. */
export const records: readonly Readonly<Record<string, FieldValue>>[] = [
  LOYAL,
  { ...LOYAL, tenure: 21, Contract: "One year", TechSupport: "No", TotalCharges: 1509.9 },
  {
    ...LOYAL,
    tenure: 2,
    InternetService: "Fiber optic",
    OnlineSecurity: "No",
    TechSupport: "No",
    Contract: "Month-to-month",
    PaperlessBilling: "Yes",
    PaymentMethod: "Electronic check",
    MonthlyCharges: 84.5,
    TotalCharges: 169,
  },
];

/** Valid records of any model's schema, the same at every call: `sampleRecords(scorer.schema, 10)`. */
export function sampleRecords(schema: Schema, count: number): Record<string, FieldValue>[] {
  const { fields } = schema ?? {};
  if (!Array.isArray(fields) || !Number.isSafeInteger(count) || count < 0) {
    throw new TenureError(
      "argument_invalid",
      "sampleRecords needs the schema of a scorer and a number of records from 0",
    );
  }
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(fields.map((field, index) => [field.name, sampleValue(field, row * 7 + index)])),
  );
}

function sampleValue(field: Schema["fields"][number], seed: number): FieldValue {
  switch (field.kind) {
    case "category":
      return field.categories[seed % field.categories.length] ?? null;
    case "flag":
      return seed % 2 === 0 ? field.negative : field.positive;
    case "date":
      // Days before the model's reference day.
      return seed % 100;
    default: {
      const lowest = field.minimum ?? Math.min(0, field.maximum ?? 0);
      return lowest + ((field.maximum ?? lowest + 10) - lowest) * ((seed % 10) / 10);
    }
  }
}
