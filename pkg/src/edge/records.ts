/** What the body of a request may be: a record, a list of records, or a record with options. */

import { kindOf, summary } from "../error.js";
import { type Problem, TenureError } from "../tenure-error.js";
import type { CustomerRecord } from "../types.js";
import { refuse } from "./refusal.js";

/** Whether a value is an object of JSON. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The list in `{ "records": […] }`; `undefined` if the body is a record. */
export function checkRecords(body: unknown, maximum: number): readonly CustomerRecord[] | undefined {
  if (!isObject(body)) {
    throw refuse(400, "body_invalid", `the body must be a record or { "records": [...] }, not ${kindOf(body)}`);
  }
  const { records, ...others } = body;
  if (!Array.isArray(records)) return undefined;
  refuseOthers(others, "records", []);
  if (records.length > maximum) {
    throw refuse(413, "body_too_large", `a request must have at most ${maximum} records, not ${records.length}`);
  }
  return records as readonly CustomerRecord[];
}

/** The record of a body, with the options if the body is `{ "record": {…}, "options": {…} }`. */
export function checkRecord(body: unknown): { readonly record: CustomerRecord; readonly options?: object } {
  if (!isObject(body)) throw refuse(400, "body_invalid", `the body must be a record, not ${kindOf(body)}`);
  const { record, options, ...others } = body;
  if (!isObject(record)) return { record: body as CustomerRecord };
  refuseOthers(others, "record", ["options"]);
  return options === undefined
    ? { record: record as CustomerRecord }
    : { record: record as CustomerRecord, options: options as object };
}

function refuseOthers(others: Readonly<Record<string, unknown>>, beside: string, known: readonly string[]): void {
  const also = known.length === 0 ? "there is no other key" : `the only other key is ${known.join(", ")}`;
  const problems = Object.entries(others).map(
    ([field, value]): Problem => ({
      field,
      rule: "unknown",
      value: kindOf(value),
      message: `must not stand beside ${beside}; ${also}`,
    }),
  );
  if (problems.length > 0) throw new TenureError("argument_invalid", summary(problems), problems);
}
