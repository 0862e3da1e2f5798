/**
 * A scale between two colours, for dots coloured by rank. A dot without a rank gets a third colour.
 */

const STEPS = 32;

export class Shades {
  readonly none: string;
  readonly #steps: readonly string[];

  constructor(low: string, high: string, none: string) {
    this.none = none;
    this.#steps = Array.from(
      { length: STEPS },
      (_, step) => `color-mix(in oklab, ${high} ${(100 * step) / (STEPS - 1)}%, ${low})`,
    );
  }

  /** The colour of a rank, 0 to 1. */
  at(rank: number): string {
    return Number.isNaN(rank) ? this.none : this.#steps[Math.round(rank * (STEPS - 1))]!;
  }
}
