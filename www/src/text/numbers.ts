/** Numbers, figures and sizes in the language of the page and the notation of the reader's locale. */
import { formats, localeOf } from "tenure/elements";
import { language } from "./language";

const locale = () => localeOf(language());
const own = () => formats(locale());

export const formatCount = (value: number) => own().count(value);
export const formatPercent = (share: number) => own().percent(share);
export const formatWholePercent = (share: number) => own().wholePercent(share);
export const formatPoints = (change: number) => own().points(change);
export const formatFixed = (value: number) => own().fixed(value);
export const formatTick = (value: number) => own().tick(value);
export const formatSeconds = (seconds: number) => own().seconds(seconds);

export function formatMetric(value: number): string {
  return value.toLocaleString(locale(), { minimumFractionDigits: 3, maximumFractionDigits: 3 });
}

/** A number of a table, to five digits. */
export function formatNumber(value: number): string {
  return value.toLocaleString(locale(), { maximumSignificantDigits: 5 });
}

export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return value.toLocaleString(locale(), { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** The values as one list: "a, b or c". */
export function anyOf(values: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: "disjunction" }).format(values);
}
