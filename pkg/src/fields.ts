/**
 * Converts values to cells, field by field. The core decides which cell a value has. Each distinct
 * value is asked for once, and the answer is kept. Numbers of most number fields are cells already:
 * the core checks them when it scores.
 */

import type { Engine } from "../wasm/tenure.js";
import type { Card, Document } from "./document.js";
import { kindOf } from "./error.js";

/**
 * Most values that a field remembers: more than the categories of usual schemas, and little memory.
 */
const REMEMBERED = 8192;

/**
 * The cell of a value that the core refuses. No valid cell is infinite, so the core refuses the row
 * with this cell, and then says what is wrong with the value.
 */
export const REFUSED = Number.POSITIVE_INFINITY;

/** Stands for a value that a table does not have, such as a hole of an array, in words. */
export class NoValue {
  readonly words: string;

  constructor(words: string) {
    this.words = words;
  }
}

/** Reads the values of one field. */
export class FieldReader {
  readonly index: number;
  readonly name: string;
  /** Whether the cells are numbers (number and date fields), not codes. */
  readonly isNumber: boolean;
  /** Whether a finite number is its own cell. */
  readonly keepsNumbers: boolean;
  /** Number of categories, which is also the code of OTHER; 0 for numbers and dates. */
  readonly categoryCount: number;
  /**
   * Shares of the training rows in which the field was missing (NaN if the card does not say so),
   * and in which it had a text that is no category.
   */
  readonly shares: readonly [missing: number, other: number];
  /** Cells of values that the core was asked for. Look here first: a hit costs one hash lookup. */
  readonly known = new Map<unknown, number>();
  readonly #engine: Engine;

  constructor(engine: Engine, index: number, name: string, { missing_rates, other_rates }: Partial<Card>) {
    this.#engine = engine;
    this.index = index;
    this.name = name;
    const reading = engine.reading(index);
    this.isNumber = reading < 0;
    this.keepsNumbers = reading === -1;
    this.categoryCount = Math.max(reading, 0);
    this.shares = [missing_rates ? (missing_rates[name] ?? 0) : Number.NaN, other_rates?.[name] ?? 0];
  }

  /**
   * Asks the core for the cell of a value: the number, NaN for a missing value, the code of a
   * category, or {@link REFUSED} if the value breaks a rule. The wasm memory may grow during the
   * call, which empties all views of it. No code of the caller runs.
   */
  ask(value: unknown): number {
    const given = this.#given(value);
    if (given === undefined && value !== undefined) return REFUSED;
    const cell = this.#engine.cell(this.index, given);
    // Dates are not remembered: they can change, and the map would keep them alive.
    if (typeof value !== "object" || value === null) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(value, cell);
    }
    return cell;
  }

  /** The cell of a value: remembered, or asked for. */
  cell(value: unknown): number {
    return this.known.get(value) ?? this.ask(value);
  }

  /**
   * A value as the core reads it, for its messages. What is no value is a list with its kind in
   * words.
   */
  sent(value: unknown): unknown {
    if (value === undefined || value === null) return value;
    return this.#given(value) ?? [value instanceof NoValue ? value.words : kindOf(value)];
  }

  /** A value as the core reads it; `undefined` for what is no value. */
  #given(value: unknown): unknown {
    switch (typeof value) {
      case "bigint":
        return this.isNumber ? Number(value) : String(value);
      case "object":
        return value === null ? null : dateText(value);
      case "function":
      case "symbol":
        return undefined;
      default:
        return value;
    }
  }
}

/** The text of a `Date`, also of another realm; `undefined` for another object. */
export function dateText(value: object): string | undefined {
  let time: number;
  try {
    // The value's own methods could be the caller's.
    time = Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
  return Number.isNaN(time) ? "Invalid Date" : new Date(time).toISOString();
}

/** One reader for each field, in schema order. */
export function fieldReaders(engine: Engine, { schema, card }: Document): readonly FieldReader[] {
  return schema.fields.map(({ name }, index) => new FieldReader(engine, index, name, card));
}
