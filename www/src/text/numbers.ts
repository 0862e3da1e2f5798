/** Formats numbers in the notation of the reader's locale. */

const count = new Intl.NumberFormat();
const percent = new Intl.NumberFormat(undefined, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const wholePercent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const points = new Intl.NumberFormat(undefined, {
  signDisplay: "exceptZero",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const signed = new Intl.NumberFormat(undefined, {
  signDisplay: "exceptZero",
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
const fixed = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const metric = new Intl.NumberFormat(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const plural = new Intl.PluralRules("en");

/** In most locales Intl writes a hyphen for a minus. A real minus sign is as wide as a plus. */
const minus = (text: string) => text.replace("-", "−");

export const formatCount = (value: number) => count.format(value);
export const formatPercent = (share: number) => percent.format(share);
export const formatWholePercent = (share: number) => wholePercent.format(share);
export const formatSigned = (value: number) => minus(signed.format(value));
export const formatFixed = (value: number) => minus(fixed.format(value));
export const formatMetric = (value: number) => metric.format(value);
export const formatTick = (value: number) => minus(short.format(value));

/** Formats a change of a share in percentage points. */
export const formatPoints = (change: number) => minus(points.format(change * 100));

/** "1 customer", "7,043 customers". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count.format(value)} ${plural.select(value) === "one" ? one : many}`;
}

export function formatSeconds(seconds: number): string {
  return new Intl.NumberFormat(undefined, {
    style: "unit",
    unit: seconds < 1 ? "millisecond" : "second",
    maximumFractionDigits: seconds < 1 ? 0 : 1,
  }).format(seconds < 1 ? seconds * 1000 : seconds);
}

export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(
    value,
  );
}
