/**
 * Which rows of a long list are in view: the arithmetic of the virtual table. A place is an index
 * into the list.
 */

export const ROW_HEIGHT = 44;
export const HEAD_HEIGHT = 38;
/**
 * Pixels. Browsers limit the height of an element (17.8 million px in Firefox). Longer lists scroll
 * at a scale.
 */
const TALLEST = 15_000_000;
/** Rows rendered above and below the view, so that scrolling does not show blank rows. */
const SPARE = 6;

export class RowWindow {
  readonly bodyHeight: number;
  readonly #rows: number;
  readonly #viewHeight: number;
  readonly #scrolled: number;
  /** Pixels of rows per pixel scrolled; more than 1 if the list is too tall for an element. */
  readonly #scale: number;

  constructor(rows: number, gridHeight: number, scrolled: number, tallest = TALLEST) {
    this.#rows = rows;
    this.#viewHeight = Math.max(0, gridHeight - HEAD_HEIGHT);
    this.bodyHeight = Math.min(rows * ROW_HEIGHT, tallest);
    const way = this.bodyHeight - this.#viewHeight;
    this.#scale = way > 0 ? (rows * ROW_HEIGHT - this.#viewHeight) / way : 1;
    this.#scrolled = Math.max(0, Math.min(scrolled, Math.max(0, way)));
  }

  /** Rows that PageUp and PageDown move by. */
  get pageRows(): number {
    return Math.max(1, Math.floor(this.#viewHeight / ROW_HEIGHT) - 1);
  }

  /** The places in view; `last` is exclusive. */
  inView(): { first: number; last: number } {
    const offset = this.#scrolled * this.#scale;
    const first = Math.floor(offset / ROW_HEIGHT);
    const last = Math.ceil((offset + this.#viewHeight) / ROW_HEIGHT);
    return { first: Math.min(first, this.#rows), last: Math.min(last, this.#rows) };
  }

  /** The places to render: those in view and `SPARE` around them; `last` is exclusive. */
  rendered(): { first: number; last: number } {
    const { first, last } = this.inView();
    return { first: Math.max(0, first - SPARE), last: Math.min(this.#rows, last + SPARE) };
  }

  /** The vertical position of a row in the body, in pixels. */
  top(place: number): number {
    return place * ROW_HEIGHT - this.#scrolled * this.#scale + this.#scrolled;
  }

  /** The scroll position that brings a row into view; `undefined` if it is in view. */
  revealing(place: number): number | undefined {
    const offset = this.#scrolled * this.#scale;
    const top = place * ROW_HEIGHT;
    if (top < offset) return top / this.#scale;
    const bottom = top + ROW_HEIGHT;
    if (bottom > offset + this.#viewHeight) return (bottom - this.#viewHeight) / this.#scale;
    return undefined;
  }
}
