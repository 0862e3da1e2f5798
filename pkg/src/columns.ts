/**
 * Copies columns into the engine's column buffers, block by block. A table has one source for each
 * field.
 */

import { kindOf } from "./error.js";
import { type FieldReader, NoValue, REFUSED } from "./fields.js";
import type { Problem } from "./tenure-error.js";
import type { DictionaryColumn, NumberArray } from "./types.js";
import { MISSING_CODE, REFUSED_CODE, type Views } from "./views.js";

/** The values of one field, in blocks of rows. */
export interface ColumnSource {
  /**
   * Reads `rows` values from row `start` of the table on. Code of the caller can run (getters,
   * proxies), but only here.
   */
  read(start: number, rows: number): void;
  /** Writes the cells of the block that was read to the beginning of the field's column buffer. */
  write(): void;
  /** A value of the block that was read, for the core's messages. */
  value(row: number): unknown;
}

type BigIntArray = BigInt64Array | BigUint64Array;

const HOLE = new NoValue("a hole of the array");

/** Number of rows of a column, or `undefined` if the value is not a column. */
export function columnLength(column: unknown): number | undefined {
  if (Array.isArray(column) || isNumberArray(column) || isBigIntArray(column)) return column.length;
  return isDictionary(column) ? column.codes.length : undefined;
}

/** The source of one field from a value that {@link columnLength} accepts. */
export function columnSource(views: Views, field: FieldReader, column: unknown): ColumnSource {
  if (isDictionary(column)) return dictionarySource(views, field, column);
  if (isNumberArray(column)) return numberSource(views, field, column);
  return valueSource(views, field, column as readonly unknown[] | BigIntArray);
}

/** The problem of a value that is not a column. */
export function noColumn(field: string, column: unknown): Problem {
  const message =
    "must be an array, a typed array of numbers, a Vector of Arrow, or { codes, categories } with integer codes";
  if (column === undefined) return { field, rule: "absent", value: "nothing", message: "must be among the columns" };
  return { field, rule: "type", value: kindOf(column), message };
}

function isNumberArray(column: unknown): column is NumberArray {
  return ArrayBuffer.isView(column) && !(column instanceof DataView) && !isBigIntArray(column);
}

function isBigIntArray(column: unknown): column is BigIntArray {
  return column instanceof BigInt64Array || column instanceof BigUint64Array;
}

function isDictionary(column: unknown): column is DictionaryColumn {
  if (typeof column !== "object" || column === null || ArrayBuffer.isView(column)) return false;
  const { codes, categories } = column as Partial<DictionaryColumn>;
  const whole =
    isNumberArray(codes) &&
    !((codes as NumberArray) instanceof Float32Array || (codes as NumberArray) instanceof Float64Array);
  return whole && Array.isArray(categories);
}

/** Values as in a record, and integers of 64 bits, which are numbers in a number field. */
function valueSource(views: Views, field: FieldReader, column: readonly unknown[] | BigIntArray): ColumnSource {
  const areNumbers = isBigIntArray(column) && field.isNumber;
  const block = new Array<unknown>(Math.min(views.blockRows, column.length));
  let first = 0;
  let count = 0;
  return {
    read(start, rows) {
      [first, count] = [start, rows];
      for (let row = 0; row < rows; row++) block[row] = areNumbers ? Number(column[start + row]) : column[start + row];
    },
    write: () => writeValues(views, field, block, count),
    value: (row) => (block[row] === undefined && !(first + row in column) ? HOLE : block[row]),
  };
}

/** Numbers. In a category or flag field they are matched by their text, as in a record. */
function numberSource(views: Views, field: FieldReader, column: NumberArray): ColumnSource {
  let block = column.subarray(0, 0);
  const value = (row: number): number | null => (Number.isNaN(block[row]) ? null : block[row]!);
  return {
    read(start, rows) {
      block = column.subarray(start, start + rows);
    },
    write() {
      // Copying also converts other types of numbers.
      if (field.keepsNumbers) views.numbers(field.index).set(block);
      else
        writeValues(
          views,
          field,
          Array.from(block, (_, row) => value(row)),
          block.length,
        );
    },
    value,
  };
}

/**
 * A dictionary column: asks the core once for each category of the column, then maps the column's
 * codes.
 */
function dictionarySource(views: Views, field: FieldReader, column: DictionaryColumn): ColumnSource {
  const { codes } = column;
  const categories: readonly unknown[] = Array.prototype.slice.call(column.categories);
  let block = codes.subarray(0, 0);
  let map: ((block: DictionaryColumn["codes"]) => void) | undefined;
  return {
    read(start, rows) {
      block = codes.subarray(start, start + rows);
    },
    write() {
      map ??= (field.isNumber ? numberMap : codeMap)(views, field, codes, categories);
      map(block);
    },
    value(row) {
      const code = block[row]!;
      if (code === -1) return null;
      return code in categories ? categories[code] : new NoValue(`code ${code} of ${categories.length} categories`);
    },
  };
}

function numberMap(
  views: Views,
  field: FieldReader,
  _codes: DictionaryColumn["codes"],
  categories: readonly unknown[],
): (block: DictionaryColumn["codes"]) => void {
  const table = Float64Array.from(categories, (category) => field.cell(category));
  return (block) => {
    const out = views.numbers(field.index);
    for (let row = 0; row < block.length; row++) {
      const code = block[row]!;
      out[row] = code === -1 ? Number.NaN : code >= 0 && code < table.length ? table[code]! : REFUSED;
    }
  };
}

function codeMap(
  views: Views,
  field: FieldReader,
  codes: DictionaryColumn["codes"],
  categories: readonly unknown[],
): (block: DictionaryColumn["codes"]) => void {
  const entries = Uint16Array.from(categories, (category) => codeOf(field.cell(category)));
  if (areOurs(field, codes, entries)) return (block) => views.codes(field.index).set(block);
  // With an entry for every value of a byte, mapping bytes needs no comparison per row.
  const table = new Uint16Array(Math.max(256, entries.length)).fill(REFUSED_CODE);
  table.set(entries);
  return (block) => {
    const out = views.codes(field.index);
    if (block instanceof Uint8Array) mapBytes(out, block, table);
    else mapCodes(out, block, table);
  };
}

/**
 * Whether the column's codes mean the same as the schema's. They are then copied, which is 15 times
 * as fast as mapping them. The column's categories must be the first of the schema's, in the same
 * order. Codes beyond them must not occur if the core would read them as one of its further
 * categories or as OTHER, so those are searched for here. The core refuses larger codes itself.
 */
function areOurs(field: FieldReader, codes: DictionaryColumn["codes"], entries: Uint16Array): boolean {
  if (!(codes instanceof Uint8Array || codes instanceof Uint16Array)) return false;
  // Each of these codes costs a search. Usually there is one: OTHER.
  if (field.categoryCount - entries.length > 3) return false;
  if (!entries.every((entry, code) => entry === code)) return false;
  // `indexOf`, because `includes` is half as fast.
  if (codes instanceof Uint16Array && codes.indexOf(MISSING_CODE) >= 0) return false;
  for (let code = entries.length; code <= field.categoryCount; code++) if (codes.indexOf(code) >= 0) return false;
  return true;
}

function mapBytes(out: Uint16Array, codes: Uint8Array, table: Uint16Array): void {
  for (let row = 0; row < codes.length; row++) out[row] = table[codes[row]!]!;
}

function mapCodes(out: Uint16Array, codes: DictionaryColumn["codes"], table: Uint16Array): void {
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    out[row] = code === -1 ? MISSING_CODE : code >= 0 && code < table.length ? table[code]! : REFUSED_CODE;
  }
}

/** Converts a cell to a code of the column buffer. */
function codeOf(cell: number): number {
  if (cell < MISSING_CODE) return cell;
  return cell === REFUSED ? REFUSED_CODE : MISSING_CODE;
}

/**
 * Writes values of any type. Asking the core may grow the wasm memory, so the view is fetched again
 * afterwards.
 */
export function writeValues(views: Views, field: FieldReader, values: readonly unknown[], rows: number): void {
  if (field.isNumber) writeNumbers(views, field, values, rows);
  else writeCodes(views, field, values, rows);
}

function writeNumbers(views: Views, field: FieldReader, values: readonly unknown[], rows: number): void {
  const { index, keepsNumbers, known } = field;
  let out = views.numbers(index);
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    // Only for NaN and infinity is `value - value` not 0. The core decides about those.
    if (keepsNumbers && typeof value === "number" && value - value === 0) {
      out[row] = value;
      continue;
    }
    let cell = known.get(value);
    if (cell === undefined) {
      cell = field.ask(value);
      out = views.numbers(index);
    }
    out[row] = cell;
  }
}

function writeCodes(views: Views, field: FieldReader, values: readonly unknown[], rows: number): void {
  const { index, known } = field;
  let out = views.codes(index);
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    let cell = known.get(value);
    if (cell === undefined) {
      cell = field.ask(value);
      out = views.codes(index);
    }
    out[row] = codeOf(cell);
  }
}
