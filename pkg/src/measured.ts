/** What was measured on this machine: from how much work on the graphics device is faster than the CPU. */

/** Kinds of work, and the least of each that is worth a measurement: below, the CPU is done before a device has begun. */
const LEAST = { rows: 32_768, walks: 64 };
type Work = keyof typeof LEAST;

/** How much of {@link LEAST} the smaller of two measurements does. */
const PART = 1 / 8;
/** A device must be faster by so much, so that noise does not choose it. */
const MARGIN = 0.8;
/** Changes when the kernels do. */
const KEY = "tenure/gpu/2";

/** The measurements of one artifact on one adapter, kept in the browser's storage where there is one. */
export class Measured {
  rows: number | undefined;
  walks: number | undefined;
  readonly #size: number;
  #key = "";
  readonly #running = new Set<Work>();

  /** `size` tells artifacts apart: the network's shape decides, and the number of bytes follows from it. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Takes what an earlier visit measured on this adapter. */
  recall(adapter: string): void {
    this.#key = `${KEY}/${this.#size}/${adapter}`;
    const kept = parsed(storage()?.getItem(this.#key));
    this.rows = kept.rows;
    this.walks = kept.walks;
  }

  /** Whether so much work, not measured yet, is worth a measurement. */
  isWorth(work: Work, amount: number): boolean {
    return this[work] === undefined && !this.#running.has(work) && amount >= LEAST[work];
  }

  /**
   * Measures the device at two amounts, after one run to warm it up, and keeps from which amount on it is faster than the
   * CPU, which takes `cpu` milliseconds for one.
   */
  async measure(work: Work, cpu: number, timed: (amount: number) => Promise<number>): Promise<void> {
    this.#running.add(work);
    const [few, many] = [LEAST[work] * PART, LEAST[work]];
    await timed(few);
    this[work] = breakEven(cpu, [few, await timed(few)], [many, await timed(many)]);
    try {
      // JSON has no infinity: what never pays is left as null.
      storage()?.setItem(this.#key, JSON.stringify({ rows: this.rows, walks: this.walks }));
    } catch {
      // A full or forbidden storage costs the next visit a measurement.
    }
  }
}

/** Where a device's line through two measurements (amount, milliseconds) crosses the CPU's through 0; infinite if nowhere. */
export function breakEven(cpu: number, few: readonly [number, number], many: readonly [number, number]): number {
  const each = Math.max(0, (many[1] - few[1]) / (many[0] - few[0]));
  const fixed = Math.max(0, many[1] - each * many[0]);
  const gain = cpu * MARGIN - each;
  return gain > 0 ? fixed / gain : Infinity;
}

function parsed(text: string | null | undefined): { rows: number | undefined; walks: number | undefined } {
  const number = (value: unknown): number | undefined =>
    value === null ? Infinity : typeof value === "number" && value >= 0 ? value : undefined;
  try {
    const kept = JSON.parse(text ?? "{}") as Record<string, unknown>;
    return { rows: number(kept["rows"]), walks: number(kept["walks"]) };
  } catch {
    return { rows: undefined, walks: undefined };
  }
}

/** Workers have none, and a page may be forbidden to look at its own. */
function storage(): Pick<Storage, "getItem" | "setItem"> | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
