/** Typed arrays over the engine's buffers in wasm memory; made again when the memory grew, which empties them. */

import type { Engine } from "../wasm/tenure.js";
import type { FieldReader } from "./fields.js";

/** A missing value in a column of codes. */
export const MISSING_CODE = 65_535;
/** No schema has so many categories: the core refuses the code, and with it the row. */
export const REFUSED_CODE = 65_534;

export class Views {
  /** Rows that the column buffers hold. */
  readonly blockRows: number;
  readonly #engine: Engine;
  readonly #memory: WebAssembly.Memory;
  readonly #fields: readonly FieldReader[];
  #row = new Float64Array(0);
  #contributions = new Float32Array(0);
  #columns: readonly (Float64Array | Uint16Array)[] = [];
  #probabilities = new Float32Array(0);
  #logits = new Float32Array(0);
  #tiers = new Uint8Array(0);
  #flags = new Uint8Array(0);

  constructor(engine: Engine, memory: WebAssembly.Memory, fields: readonly FieldReader[]) {
    this.#engine = engine;
    this.#memory = memory;
    this.#fields = fields;
    this.blockRows = engine.block_rows();
  }

  /** The cells of one row, in schema order. */
  row(): Float64Array {
    // A schema has at least one field, so an empty view is one that lost its memory (or was never made). Its length is
    // a plain load; `memory.buffer` would be a call.
    if (this.#row.length === 0) {
      this.#row = new Float64Array(this.#memory.buffer, this.#engine.row_pointer(), this.#fields.length);
    }
    return this.#row;
  }

  /** The column buffer of a number field, one number a row, NaN for missing. */
  numbers(field: number): Float64Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#columns[field] as Float64Array;
  }

  /** The column buffer of a category or flag field, one code a row. */
  codes(field: number): Uint16Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#columns[field] as Uint16Array;
  }

  /** The contributions of the last explained row of a block, in schema order. */
  contributions(): Float32Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#contributions;
  }

  /** The results of the last block. */
  results(): { probabilities: Float32Array; logits: Float32Array; tiers: Uint8Array; flags: Uint8Array } {
    if (this.#flags.length === 0) this.#makeBlock();
    return { probabilities: this.#probabilities, logits: this.#logits, tiers: this.#tiers, flags: this.#flags };
  }

  #makeBlock(): void {
    const rows = this.blockRows;
    // The engine makes its column buffers when first asked for them, which may grow the memory: addresses come first.
    const [contributions, probabilities, logits, tiers, flags, ...columns] = this.#engine.block_pointers();
    const { buffer } = this.#memory;
    this.#contributions = new Float32Array(buffer, contributions, this.#fields.length);
    this.#probabilities = new Float32Array(buffer, probabilities, rows);
    this.#logits = new Float32Array(buffer, logits, rows);
    this.#tiers = new Uint8Array(buffer, tiers, rows);
    this.#flags = new Uint8Array(buffer, flags, rows);
    this.#columns = this.#fields.map(
      ({ index, isNumber }) => new (isNumber ? Float64Array : Uint16Array)(buffer, columns[index], rows),
    );
  }
}
