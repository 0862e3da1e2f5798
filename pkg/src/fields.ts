/**
 * Converts values to cells, field by field. The core decides which cell a value has. Each distinct
 * value is asked for once, and the answer is kept. Numbers of most number fields are cells already:
 * the core checks them when it scores.
 */

import type { Engine } from "../wasm/tenure.js";
import type { Field, Schema } from "./document.js";
import { fromCore } from "./error.js";
import { TenureError } from "./tenure-error.js";

/**
 * Most values that a field remembers: more than the categories of usual schemas, and little memory.
 */
const REMEMBERED = 8192;

/**
 * The cell of a value that the core refuses. No valid cell is infinite, so the core refuses the row
 * with this cell, and then says what is wrong with the value.
 */
export const REFUSED = Number.POSITIVE_INFINITY;

/** Reads the values of one field. */
export class FieldReader {
  readonly index: number;
  readonly name: string;
  /** Whether the cells are numbers (number and date fields), not codes. */
  readonly isNumber: boolean;
  /**
   * Whether a finite number is its own cell. It is not where it counts seconds or spreadsheet days,
   * or where the schema lists a number as missing.
   */
  readonly keepsNumbers: boolean;
  /** Number of categories, which is also the code of OTHER; 0 for numbers and dates. */
  readonly categoryCount: number;
  /** Cells of values that the core was asked for. Look here first: a hit costs one hash lookup. */
  readonly known = new Map<unknown, number>();
  readonly #engine: Engine;

  constructor(engine: Engine, index: number, field: Field) {
    this.#engine = engine;
    this.index = index;
    this.name = field.name;
    this.isNumber = field.kind === "number" || field.kind === "date";
    const counts = field.kind === "date" && ["unix", "unix_ms", "excel"].includes(field.format ?? "");
    this.keepsNumbers = this.isNumber && !counts && !field.missing?.some((text) => /\d/.test(text));
    this.categoryCount = field.kind === "category" ? field.categories.length : field.kind === "flag" ? 2 : 0;
  }

  /**
   * Asks the core for the cell of a value: the number, NaN for a missing value, the code of a
   * category, or {@link REFUSED} if the value breaks a rule. The wasm memory may grow during the
   * call, which empties all views of it.
   */
  ask(value: unknown): number {
    const cell = this.#askCore(value);
    // Objects are not remembered: they can change, and the map would keep them alive.
    const lasting = value === null || (typeof value !== "object" && typeof value !== "function");
    if (lasting) {
      if (this.known.size >= REMEMBERED) this.known.clear();
      this.known.set(value, cell);
    }
    return cell;
  }

  /** The cell of a value: remembered, or asked for. */
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

/**
 * Converts a `Date` or a `bigint` to the text that the core reads. Other values are returned
 * unchanged.
 */
export function plain(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (!(value instanceof Date)) return value;
  return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
}

/** One reader for each field, in schema order. */
export function fieldReaders(engine: Engine, schema: Schema): readonly FieldReader[] {
  return schema.fields.map((field, index) => new FieldReader(engine, index, field));
}
