/**
 * Converts columns of Apache Arrow to columns of this package. It knows them by their members, so it
 * serves the Vectors of `apache-arrow` and the Columns of `@uwdata/flechette`. It reads buffers only
 * with their validity bitmap, because a null has any bytes among the values.
 */

import type { ArrowVector, Column } from "./types.js";

/** What is read of a type. The numbers are those of Arrow's `Schema.fbs`. */
interface Type {
  readonly typeId: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  /** The type of a dictionary's values. */
  readonly dictionary?: Type;
}

/** What is read of a chunk. */
interface Chunk {
  readonly length: number;
  readonly nullCount: number;
  /** Position of the first row in the bitmap. `values` begins with that row. */
  readonly offset?: number;
  /** The bitmap of rows that are not null, by its name in `apache-arrow` and in flechette. */
  readonly nullBitmap?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly values: Float64Array | Int32Array;
  readonly dictionary?: ArrowVector;
}

type Value = string | number | bigint | boolean | Date | null;

/** The column of this name in a table of Arrow or an object of columns, in a form of this package. */
export function columnOf(table: object, name: string): unknown {
  const { getChild } = table as { getChild?: (name: string) => unknown };
  const column =
    typeof getChild === "function"
      ? (getChild.call(table, name) ?? undefined)
      : (table as Readonly<Record<string, unknown>>)[name];
  return isVector(column) ? plain(column) : column;
}

function isVector(value: unknown): value is ArrowVector {
  const { get, data, type, length } = (value ?? {}) as Partial<ArrowVector>;
  return typeof get === "function" && Array.isArray(data) && typeof type?.typeId === "number" && isCount(length);
}

const isCount = (length: unknown): length is number => Number.isSafeInteger(length) && (length as number) >= 0;

function plain(vector: ArrowVector): Column {
  const { typeId, precision } = vector.type as Type;
  const chunks = vector.data as readonly Chunk[];
  // Integers of 64 bits are no numbers, and those of floating point with 16 bits have no array.
  const areNumbers = chunks.every((chunk) => typeof chunk?.values?.[0] === "number");
  if (areNumbers && (typeId === 2 || (typeId === 3 && precision !== 0))) return numbers(vector, chunks);
  if (areNumbers && typeId === -1 && chunks.every(({ dictionary }) => isVector(dictionary))) {
    return dictionary(vector, chunks);
  }
  return distinct(vector);
}

function numbers({ length }: ArrowVector, chunks: readonly Chunk[]): Column {
  const [first] = chunks;
  if (chunks.length === 1 && first!.nullCount === 0) return first!.values.subarray(0, length);
  return copied(chunks, new Float64Array(length), Number.NaN, () => 0);
}

/** Each chunk can have a dictionary of its own. Their values follow each other in `categories`. */
function dictionary({ length }: ArrowVector, chunks: readonly Chunk[]): Column {
  const starts = new Map<unknown, number>();
  const categories: Value[] = [];
  for (const { dictionary } of chunks) {
    if (starts.has(dictionary)) continue;
    starts.set(dictionary, categories.length);
    for (const value of values(dictionary!)) categories.push(value);
  }
  return { codes: copied(chunks, new Int32Array(length), -1, (chunk) => starts.get(chunk.dictionary)!), categories };
}

/** Copies the chunks' values, each plus a number of its chunk, and `missing` for a null. */
function copied<A extends Float64Array | Int32Array>(
  chunks: readonly Chunk[],
  column: A,
  missing: number,
  startOf: (chunk: Chunk) => number,
): A {
  let at = 0;
  for (const chunk of chunks) {
    const { length, nullCount, offset = 0, values } = chunk;
    const part = column.subarray(at, at + length);
    // Also converts the type of the numbers.
    part.set(values.subarray(0, length));
    const start = startOf(chunk);
    if (start > 0) for (let row = 0; row < length; row++) part[row]! += start;
    const bits = nullCount === 0 ? undefined : (chunk.nullBitmap ?? chunk.validity);
    if (bits !== undefined) {
      for (let row = 0, bit = offset; row < length; row++, bit++) {
        if (((bits[bit >> 3]! >> (bit & 7)) & 1) === 0) part[row] = missing;
      }
    }
    at += length;
  }
  return column;
}

/** A dictionary of the values that occur. */
function distinct(vector: ArrowVector): Column {
  const known = new Map<unknown, number>();
  const categories: Value[] = [];
  const codes = new Int32Array(vector.length);
  let row = 0;
  for (const value of values(vector)) {
    const key = value instanceof Date ? value.getTime() : value;
    let code = known.get(key);
    if (code === undefined) {
      code = categories.push(value) - 1;
      known.set(key, code);
    }
    codes[row++] = code;
  }
  return { codes, categories };
}

/** The values of a column, as in a record. */
function* values(vector: ArrowVector): Generator<Value> {
  const type = vector.type as Type;
  const { typeId, scale = 0, unit = 0 } = type.dictionary ?? type;
  for (let row = 0; row < vector.length; row++) {
    const value = vector.get(row) as Value;
    if (value === null) yield value;
    // A date, a timestamp: milliseconds in both packages.
    else if (typeId === 8 || typeId === 10) yield new Date(Number(value));
    // A time of day, a duration: fields have hours.
    else if (typeId === 9 || typeId === 18) yield Number(value) / (3600 * 1000 ** unit);
    else if (typeId === 7 && (typeof value === "bigint" || ArrayBuffer.isView(value)))
      yield Number(`${integer(value)}e${-scale}`);
    else yield value;
  }
}

/** The integer of a decimal: given as one, or as words of 32 bits, the lowest first. */
function integer(decimal: unknown): bigint {
  if (typeof decimal === "bigint") return decimal;
  const words = [...(decimal as Uint32Array)];
  const bits = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return BigInt.asIntN(32 * words.length, bits);
}
