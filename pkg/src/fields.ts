/**
 * Raw value → cell, field by field. Which value is which cell is the core's to say: it is asked once for each
 * distinct value, and the answer is kept. Numbers of a number field need no asking; the core checks them when it scores.
 */

import type { Engine } from "../wasm/tenure.js";
import type { Field, Schema } from "./document.js";
import { fromCore } from "./error.js";
import { TenureError } from "./tenure-error.js";

/** Distinct values remembered for each field: more than any schema has categories, few enough for any memory. */
const REMEMBERED = 8192;

/**
 * The cell of a value that the core refuses. No cell is infinite, so the core refuses it again, and the whole row with
 * it, and then says in words what is wrong.
 */
export const REFUSED = Number.POSITIVE_INFINITY;

/** Reads the values of one field. */
export class FieldReader {
  readonly index: number;
  readonly name: string;
  /** Whether its cells are numbers: a number, or a date as days. */
  readonly isNumber: boolean;
  /** Number of categories, which is the code of OTHER; 0 for a number. */
  readonly categoryCount: number;
  /** What the core said about values seen before. Read it first: a hit costs a hash lookup. */
  readonly known = new Map<unknown, number>();
  readonly #engine: Engine;

  constructor(engine: Engine, index: number, field: Field) {
    this.#engine = engine;
    this.index = index;
    this.name = field.name;
    this.isNumber = field.kind === "number" || field.kind === "date";
    this.categoryCount = field.kind === "category" ? field.categories.length : field.kind === "flag" ? 2 : 0;
  }

  /**
   * Asks the core for the cell of a value: the number itself, NaN for missing, the category's code, or {@link REFUSED}
   * where the value breaks a rule. The wasm memory may grow meanwhile, which empties every view of it.
   */
  ask(value: unknown): number {
    const cell = this.#askCore(value);
    // Objects are never remembered: they may change, and they would be kept alive.
    const lasting = value === null || (typeof value !== "object" && typeof value !== "function");
    if (lasting) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(value, cell);
    }
    return cell;
  }

  /** The cell of a value, from memory where it was seen before. */
  cell(value: unknown): number {
    return this.known.get(value) ?? this.ask(value);
  }

  #askCore(value: unknown): number {
    try {
      return this.#engine.cell(this.index, plain(value));
    } catch (error) {
      const known = fromCore(error);
      if (known instanceof TenureError) return REFUSED;
      throw known;
    }
  }
}

/** A `Date` as the text that the core reads; every other value as it is. */
export function plain(value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
}

/** One reader for each field, in schema order. */
export function fieldReaders(engine: Engine, schema: Schema): readonly FieldReader[] {
  return schema.fields.map((field, index) => new FieldReader(engine, index, field));
}
