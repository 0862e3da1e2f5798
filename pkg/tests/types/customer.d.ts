/**
 * Customers of the model IBM Telco. The command `tenure types` wrote this file: run it again when
 * the model changes.
 */

import type { Scorer } from "tenure";

/** One customer. `null` is a missing value. */
export interface Customer {
  /** Gender. */
  readonly gender: "Female" | "Male" | (string & {}) | null;
  /** Senior citizen. */
  readonly SeniorCitizen: boolean | "1" | "0" | 1 | 0 | (string & {}) | null;
  /** Partner. */
  readonly Partner: boolean | "Yes" | "No" | (string & {}) | null;
  /** Dependents. */
  readonly Dependents: boolean | "Yes" | "No" | (string & {}) | null;
  /** Tenure, in months, at least 0. */
  readonly tenure: number | bigint | null;
  /** Phone service. */
  readonly PhoneService: boolean | "Yes" | "No" | (string & {}) | null;
  /** Multiple lines. */
  readonly MultipleLines: "No" | "Yes" | "No phone service" | (string & {}) | null;
  /** Internet service. */
  readonly InternetService: "No" | "DSL" | "Fiber optic" | (string & {}) | null;
  /** Online security. */
  readonly OnlineSecurity: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Online backup. */
  readonly OnlineBackup: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Device protection. */
  readonly DeviceProtection: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Tech support. */
  readonly TechSupport: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Streaming TV. */
  readonly StreamingTV: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Streaming movies. */
  readonly StreamingMovies: "No" | "Yes" | "No internet service" | (string & {}) | null;
  /** Contract. */
  readonly Contract: "Month-to-month" | "One year" | "Two year" | (string & {}) | null;
  /** Paperless billing. */
  readonly PaperlessBilling: boolean | "Yes" | "No" | (string & {}) | null;
  /** Payment method. */
  readonly PaymentMethod: "Electronic check" | "Mailed check" | "Bank transfer (automatic)" | "Credit card (automatic)" | (string & {}) | null;
  /** Monthly charges, in $, at least 0. */
  readonly MonthlyCharges: number | bigint | null;
  /** Total charges, in $, at least 0. */
  readonly TotalCharges: number | bigint | null;
}

/** What `load<Customer>` of `tenure` gives. */
export type CustomerScorer = Scorer<Customer>;
