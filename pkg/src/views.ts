/**
 * Typed arrays over the engine's buffers in wasm memory. When the memory grows they become empty,
 * and are made again.
 */

import type { Engine } from "../wasm/tenure.js";
import type { FieldReader } from "./fields.js";

/** The code of a missing value. */
export const MISSING_CODE = 65_535;
/**
 * The code of a value that the core refuses. No schema has this number of categories, so the core
 * refuses the row.
 */
export const REFUSED_CODE = 65_534;

/** The buffers of one engine. */
export class Views {
  /** Number of rows in a column buffer. */
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
    // A schema has at least one field, so only a view that lost its memory, or was never made, is
    // empty. Reading the length is a load; reading `memory.buffer` is a call.
    if (this.#row.length === 0) {
      this.#row = new Float64Array(this.#memory.buffer, this.#engine.row_pointer(), this.#fields.length);
    }
    return this.#row;
  }

  /** `[blockRows]`: the column buffer of a number or date field. NaN for a missing value. */
  numbers(field: number): Float64Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#columns[field] as Float64Array;
  }

  /** `[blockRows]`: the column buffer of a category or flag field. */
  codes(field: number): Uint16Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#columns[field] as Uint16Array;
  }

  /** `[fields]`: the contributions of the last explained row of a block, in schema order. */
  contributions(): Float32Array {
    if (this.#flags.length === 0) this.#makeBlock();
    return this.#contributions;
  }

  /** `[blockRows]` each: the results of the last block. */
  results(): { probabilities: Float32Array; logits: Float32Array; tiers: Uint8Array; flags: Uint8Array } {
    if (this.#flags.length === 0) this.#makeBlock();
    return { probabilities: this.#probabilities, logits: this.#logits, tiers: this.#tiers, flags: this.#flags };
  }

  #makeBlock(): void {
    const rows = this.blockRows;
    // The engine makes its column buffers at the first call, which may grow the memory. So
    // `memory.buffer` is read after it.
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
