/** Counts, figures and sizes in the notation of the reader's locale, also for workers. */

const count = new Intl.NumberFormat();
const metric = new Intl.NumberFormat(undefined, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const plural = new Intl.PluralRules("en");

export const formatCount = (value: number) => count.format(value);
export const formatMetric = (value: number) => metric.format(value);

/** "1 customer", "7,043 customers". */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${plural.select(value) === "one" ? one : many}`;
}

export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(
    value,
  );
}
