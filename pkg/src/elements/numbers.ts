/** Numbers as text, in the notation of a locale. */

/** In most locales Intl writes a hyphen for a minus. A real minus sign is as wide as a plus. */
const minus = (text: string): string => text.replace("-", "−");

/** The formats of one locale. */
export interface Formats {
  /** A whole number. */
  count(value: number): string;
  /** A share as a percentage with one decimal. */
  percent(share: number): string;
  /** A share as a whole percentage. */
  wholePercent(share: number): string;
  /** A change of a share in percentage points, with its sign. */
  points(change: number): string;
  /** Log-odds with their sign. */
  signed(value: number): string;
  /** Log-odds. */
  fixed(value: number): string;
  /** A number on an axis. */
  tick(value: number): string;
  /** Seconds, or milliseconds below one second. */
  seconds(seconds: number): string;
}

/** The formats with probabilities where log-odds were, and their changes in percentage points. */
export function inPoints(formats: Formats): Formats {
  const { points, percent, wholePercent } = formats;
  return { ...formats, signed: points, fixed: percent, tick: wholePercent };
}

const known = new Map<string | undefined, Formats>();

/** The formats of a locale; `undefined` is the reader's. */
export function formats(locale?: string): Formats {
  const found = known.get(locale) ?? made(locale);
  known.set(locale, found);
  return found;
}

function made(locale: string | undefined): Formats {
  const format = (options: Intl.NumberFormatOptions): ((value: number) => string) => {
    const { format } = new Intl.NumberFormat(locale, options);
    return (value) => minus(format(value));
  };
  const decimals = (digits: number) => ({ minimumFractionDigits: digits, maximumFractionDigits: digits });
  const points = format({ signDisplay: "exceptZero", ...decimals(1) });
  const seconds = format({ style: "unit", unit: "second", maximumFractionDigits: 1 });
  const milliseconds = format({ style: "unit", unit: "millisecond", maximumFractionDigits: 0 });
  return {
    count: format({}),
    percent: format({ style: "percent", ...decimals(1) }),
    wholePercent: format({ style: "percent", maximumFractionDigits: 0 }),
    points: (change) => points(change * 100),
    signed: format({ signDisplay: "exceptZero", ...decimals(2) }),
    fixed: format(decimals(2)),
    tick: format({ maximumSignificantDigits: 3 }),
    seconds: (value) => (value < 1 ? milliseconds(value * 1000) : seconds(value)),
  };
}
