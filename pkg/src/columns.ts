/**
 * Copies columns into the engine's column buffers, block by block. A table has one source for each
 * field.
 */

import { kindOf } from "./error.js";
import { type FieldReader, REFUSED } from "./fields.js";
import type { Problem } from "./tenure-error.js";
import type { DictionaryColumn, NumberArray } from "./types.js";
import { MISSING_CODE, REFUSED_CODE, type Views } from "./views.js";

/** The values of one field. */
export interface ColumnSource {
  /**
   * Writes `rows` cells, from row `start` of the table on, to the beginning of the field's column
   * buffer.
   */
  fill(start: number, rows: number): void;
  /** The raw value of a row of the table, for the core's messages. */
  value(row: number): unknown;
}

/** Number of rows of a column, or `undefined` if the value is not a column. */
export function columnLength(column: unknown): number | undefined {
  if (Array.isArray(column)) return column.length;
  if (isNumberArray(column)) return column.length;
  return isDictionary(column) ? column.codes.length : undefined;
}

/** The source of one field from a value that {@link columnLength} accepts. */
export function columnSource(views: Views, field: FieldReader, column: unknown): ColumnSource {
  if (isDictionary(column)) return dictionarySource(views, field, column);
  if (isNumberArray(column))
    return field.isNumber ? numberSource(views, field, column) : numericCodeSource(views, field, column);
  const values = column as readonly unknown[];
  return { fill: (start, rows) => writeValues(views, field, values, start, rows), value: (row) => values[row] };
}

/** The source of one field from a list of records. */
export function recordSource(
  views: Views,
  field: FieldReader,
  records: readonly Readonly<Record<string, unknown>>[],
): ColumnSource {
  const { name } = field;
  const gathered = new Array<unknown>(Math.min(views.blockRows, records.length));
  return {
    fill(start, rows) {
      for (let row = 0; row < rows; row++) gathered[row] = records[start + row]![name];
      writeValues(views, field, gathered, 0, rows);
    },
    value: (row) => records[row]![name],
  };
}

/** The problem of a value that is not a column. */
export function noColumn(field: string, column: unknown): Problem {
  const message = "must be an array, a typed array of numbers, or { codes, categories } with integer codes";
  if (column === undefined) return { field, rule: "absent", value: "nothing", message: "must be among the columns" };
  return { field, rule: "type", value: kindOf(column), message };
}

function isNumberArray(column: unknown): column is NumberArray {
  if (!ArrayBuffer.isView(column) || column instanceof DataView) return false;
  return !(column instanceof BigInt64Array || column instanceof BigUint64Array);
}

function isDictionary(column: unknown): column is DictionaryColumn {
  if (typeof column !== "object" || column === null || ArrayBuffer.isView(column)) return false;
  const { codes, categories } = column as Partial<DictionaryColumn>;
  const whole =
    isNumberArray(codes) &&
    !((codes as NumberArray) instanceof Float32Array || (codes as NumberArray) instanceof Float64Array);
  return whole && Array.isArray(categories);
}

/** Numbers for a number field. Copying also converts other types of numbers. */
function numberSource(views: Views, field: FieldReader, column: NumberArray): ColumnSource {
  if (!field.keepsNumbers) return askedNumberSource(views, field, column);
  return {
    fill: (start, rows) => views.numbers(field.index).set(column.subarray(start, start + rows)),
    value: (row) => missingIfNaN(column[row]),
  };
}

/** Numbers that the core turns into cells: seconds of a date, or numbers that can mean missing. */
function askedNumberSource(views: Views, field: FieldReader, column: NumberArray): ColumnSource {
  const value = (row: number): number | null | undefined => missingIfNaN(column[row]);
  const fill = (start: number, rows: number): void => {
    const values = Array.from({ length: rows }, (_, row) => value(start + row));
    writeNumbers(views, field, values, 0, rows);
  };
  return { fill, value };
}

/**
 * Numbers for a category or flag field, matched by their text as in a record (`SeniorCitizen` is 0
 * or 1).
 */
function numericCodeSource(views: Views, field: FieldReader, column: NumberArray): ColumnSource {
  const { index, known } = field;
  return {
    fill(start, rows) {
      let out = views.codes(index);
      for (let row = 0; row < rows; row++) {
        const value = missingIfNaN(column[start + row]);
        let cell = known.get(value);
        if (cell === undefined) {
          cell = field.ask(value);
          out = views.codes(index);
        }
        out[row] = codeOf(cell);
      }
    },
    value: (row) => missingIfNaN(column[row]),
  };
}

const missingIfNaN = (value: number | undefined): number | null | undefined => (Number.isNaN(value) ? null : value);

/**
 * A dictionary column: asks the core once for each category of the column, then maps the column's
 * codes.
 */
function dictionarySource(views: Views, field: FieldReader, column: DictionaryColumn): ColumnSource {
  const { codes, categories } = column;
  const cells = categories.map((category) => field.cell(category));
  const value = (row: number): unknown => {
    const code = codes[row]!;
    return code < 0 ? null : categories[code];
  };
  if (field.isNumber) {
    const table = Float64Array.from(cells);
    const fill = (start: number, rows: number): void => {
      const out = views.numbers(field.index);
      for (let row = 0; row < rows; row++) {
        const code = codes[start + row]!;
        out[row] = code < 0 ? Number.NaN : code < table.length ? table[code]! : REFUSED;
      }
    };
    return { fill, value };
  }
  const entries = Uint16Array.from(cells, codeOf);
  if (areOurs(field, codes, entries)) {
    return { fill: (start, rows) => views.codes(field.index).set(codes.subarray(start, start + rows)), value };
  }
  // With an entry for every value of a byte, mapping bytes needs no comparison per row.
  const table = new Uint16Array(Math.max(256, entries.length)).fill(REFUSED_CODE);
  table.set(entries);
  const fill = (start: number, rows: number): void => {
    const out = views.codes(field.index);
    if (codes instanceof Uint8Array) mapBytes(out, codes, start, rows, table);
    else mapCodes(out, codes, start, rows, table);
  };
  return { fill, value };
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

function mapBytes(out: Uint16Array, codes: Uint8Array, start: number, rows: number, table: Uint16Array): void {
  for (let row = 0; row < rows; row++) out[row] = table[codes[start + row]!]!;
}

function mapCodes(
  out: Uint16Array,
  codes: DictionaryColumn["codes"],
  start: number,
  rows: number,
  table: Uint16Array,
): void {
  for (let row = 0; row < rows; row++) {
    const code = codes[start + row]!;
    out[row] = code < 0 ? MISSING_CODE : code < table.length ? table[code]! : REFUSED_CODE;
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
function writeValues(views: Views, field: FieldReader, values: readonly unknown[], start: number, rows: number): void {
  if (field.isNumber) writeNumbers(views, field, values, start, rows);
  else writeCodes(views, field, values, start, rows);
}

function writeNumbers(views: Views, field: FieldReader, values: readonly unknown[], start: number, rows: number): void {
  const { index, keepsNumbers, known } = field;
  let out = views.numbers(index);
  for (let row = 0; row < rows; row++) {
    const value = values[start + row];
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

function writeCodes(views: Views, field: FieldReader, values: readonly unknown[], start: number, rows: number): void {
  const { index, known } = field;
  let out = views.codes(index);
  for (let row = 0; row < rows; row++) {
    const value = values[start + row];
    let cell = known.get(value);
    if (cell === undefined) {
      cell = field.ask(value);
      out = views.codes(index);
    }
    out[row] = codeOf(cell);
  }
}
