/**
 * Measurements on this machine: the amount of work from which the graphics device is faster than
 * the CPU.
 */

/**
 * Kinds of work, and the smallest amount worth a measurement. With less, the CPU is done before a
 * device has begun.
 */
const LEAST = { rows: 32_768, walks: 64 };
type Work = keyof typeof LEAST;

/** Share of {@link LEAST} in the smaller of the two measurements. */
const PART = 1 / 8;
/** A device must take less than this share of the CPU's time, so that noise does not choose it. */
const MARGIN = 0.8;
/** Key in the browser's storage. Its number changes with the kernels. */
const KEY = "tenure/gpu/2";

/**
 * The measurements of one artifact on one adapter, kept in the browser's storage if there is one.
 */
export class Measured {
  rows: number | undefined;
  walks: number | undefined;
  readonly #size: number;
  #key = "";
  readonly #running = new Set<Work>();

  /**
   * `size`, the artifact's number of bytes, identifies the shape of its network, which decides the
   * time.
   */
  constructor(size: number) {
    this.#size = size;
  }

  /** Reads what an earlier visit measured on this adapter. */
  recall(adapter: string): void {
    this.#key = `${KEY}/${this.#size}/${adapter}`;
    const kept = parsed(storage()?.getItem(this.#key));
    this.rows = kept.rows;
    this.walks = kept.walks;
  }

  /** Whether this kind of work is not measured yet and the amount is worth a measurement. */
  isWorth(work: Work, amount: number): boolean {
    return this[work] === undefined && !this.#running.has(work) && amount >= LEAST[work];
  }

  /**
   * Measures the device at two amounts, after a run to warm it up, and keeps the amount from which
   * it is faster than the CPU. `cpu` is the CPU's time for an amount of 1, in milliseconds; `timed`
   * runs an amount on the device and returns its time.
   */
  async measure(work: Work, cpu: number, timed: (amount: number) => Promise<number>): Promise<void> {
    this.#running.add(work);
    const [few, many] = [LEAST[work] * PART, LEAST[work]];
    await timed(few);
    this[work] = breakEven(cpu, [few, await timed(few)], [many, await timed(many)]);
    try {
      // JSON writes Infinity (never faster) as null.
      storage()?.setItem(this.#key, JSON.stringify({ rows: this.rows, walks: this.walks }));
    } catch {
      // Without storage the next visit measures again.
    }
  }
}

/**
 * The amount at which the device's line through two measurements (amount, milliseconds) crosses the
 * CPU's line through 0; Infinity if they do not cross.
 */
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

/** The browser's storage. Workers have none, and a browser may forbid it to a page. */
function storage(): Pick<Storage, "getItem" | "setItem"> | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
