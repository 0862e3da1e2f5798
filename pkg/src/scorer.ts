/** One loaded artifact: scores and explains customers, synchronously. It decodes, calls the core, encodes. */

import type { Engine } from "../wasm/tenure.js";
import { type BatchInput, PROBLEM_LIMIT, readTable, scoreTable } from "./batch.js";
import type { CohortEngine } from "./blocks.js";
import { explainMany } from "./cohort.js";
import { type CounterfactualOptions, type Counterfactuals, counterfactuals } from "./counterfactuals.js";
import { type DeviceReport, onCpu, type WorkedOn } from "./device.js";
import { type Card, type Policy, readDocument, type Schema } from "./document.js";
import { fromCore, kindOf, recordInvalid, unknownField } from "./error.js";
import { type FieldReader, fieldReaders, plain } from "./fields.js";
import { type Importance, type ImportanceOptions, SAMPLE_ROWS } from "./importance.js";
import { type CheckedOptions, checkOptions } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type {
  Columns,
  Contribution,
  ExplainedBlock,
  ExplainManyOptions,
  ExplainOptions,
  Explanation,
  FieldValue,
  RecordOf,
  Score,
  ScoreManyAsyncOptions,
  ScoreManyOptions,
  Scores,
} from "./types.js";
import { Views } from "./views.js";
import type { Graphics } from "./webgpu.js";

type AnyRecord = Readonly<Record<string, unknown>>;

const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);
/** The core's flag for a row that was scored without a remark. */
const CLEAN = 0;
/** The core's flag for a row that was not scored. */
const ERRORS = 2;
/** The result of a scorer that was loaded for the CPU alone. */
const NOT_ASKED = onCpu("not_asked", 'the scorer was loaded without the option device: "webgpu" or "auto"');

/**
 * Scores customers with one artifact. Made by `load`; every method is synchronous.
 *
 * @example
 * const scorer = await load("/model.safetensors");
 * const { probability } = scorer.score({ tenure: 5, Contract: "Month-to-month" });
 */
export class Scorer {
  /** The table of fields: what a record must have. */
  readonly schema: Schema;
  /** How the model was made and how good it is. */
  readonly card: Card;
  /** The tiers and their thresholds. */
  readonly policy: Policy;
  /** How many reference customers the artifact has: what explanations compare with. */
  readonly backgroundRows: number;
  #engine: Engine | undefined;
  readonly #fields: readonly FieldReader[];
  readonly #views: Views;
  readonly #graphics: Promise<Graphics | WorkedOn> | WorkedOn;

  /** @internal Takes over the engine and the graphics device; `reference` is the day that dates were told to count from. */
  constructor(
    engine: Engine,
    memory: WebAssembly.Memory,
    reference?: string,
    graphics: Promise<Graphics | WorkedOn> | WorkedOn = NOT_ASKED,
  ) {
    const { schema, card, policy, background_rows } = readDocument(engine.document(), reference);
    this.backgroundRows = background_rows;
    this.schema = schema;
    this.card = card;
    this.policy = policy;
    this.#engine = engine;
    this.#fields = fieldReaders(engine, schema);
    this.#views = new Views(engine, memory, this.#fields);
    this.#graphics = graphics;
  }

  /**
   * Scores one customer.
   *
   * @param record one value for each field of {@link schema}; `null` where it is not known, further keys are ignored.
   * @returns probability (0 to 1, calibrated), logit, tier, and warnings on values that were treated specially.
   * @throws TenureError `record_invalid` with every problem of the record; `argument_invalid`; `disposed`.
   */
  score<R extends RecordOf<R>>(record: R): Score {
    const engine = this.#live();
    const probability = this.#scoreRecord(engine, record);
    const problems = engine.row_flags() === CLEAN ? NO_PROBLEMS : this.#problems(engine, record);
    return { probability, logit: engine.row_logit(), tier: engine.row_tier(), problems };
  }

  /**
   * Scores many customers. Fastest with columns that are typed arrays (numbers) and dictionaries (categories).
   *
   * @param input columns by field name, all of one length, or a list of records. No rows give empty arrays.
   * @returns typed arrays with one entry for each row; rows with errors are NaN (tier 255) and listed in `problems`.
   * @throws TenureError `columns_invalid` with every column that is absent, of no usable type or of another length;
   *   `argument_invalid` for anything else; `disposed`. Bad values are no exception: they mark their row.
   */
  scoreMany(columns: Columns, options?: ScoreManyOptions): Scores;
  scoreMany<R extends RecordOf<R>>(records: readonly R[], options?: ScoreManyOptions): Scores;
  scoreMany(input: unknown, options: ScoreManyOptions = {}): Scores {
    return this.#scoreTable(this.#batch(input, options));
  }

  /**
   * Scores many customers on the device that `load` was told: on a graphics device where there is one (`webgpu`), or where
   * it was measured to be faster for so many rows (`auto`), else on the CPU, as {@link scoreMany}. A device that fails
   * meanwhile is no error: the CPU does all of it again, and `reason` says so. Do not change the input meanwhile.
   *
   * @returns as {@link scoreMany}, equal to it within 1e-4 on the logit, and which `device` did it.
   * @throws TenureError as {@link scoreMany}; `aborted` once `options.signal` is.
   */
  scoreManyAsync(columns: Columns, options?: ScoreManyAsyncOptions): Promise<Scores & WorkedOn>;
  scoreManyAsync<R extends RecordOf<R>>(
    records: readonly R[],
    options?: ScoreManyAsyncOptions,
  ): Promise<Scores & WorkedOn>;
  async scoreManyAsync(input: unknown, options: ScoreManyAsyncOptions = {}): Promise<Scores & WorkedOn> {
    const { signal } = options;
    const batch: BatchInput = { ...this.#batch(input, options), ...(signal ? { signal } : {}) };
    const cpu = (): Scores => this.#scoreTable(batch);
    try {
      signal?.throwIfAborted();
      const graphics = await this.#graphics;
      if ("device" in graphics) return { ...cpu(), ...graphics };
      const { rows } = batch.read(this.#views, this.#fields);
      return await graphics.score(rows, batch, cpu);
    } catch (error) {
      if (!signal?.aborted) throw error;
      throw new TenureError("aborted", "the scoring was aborted", [], { cause: signal.reason });
    }
  }

  /** Which device {@link scoreManyAsync} uses, and why; asks for it if `load` was told `webgpu`. */
  async device(): Promise<DeviceReport> {
    const graphics = await this.#graphics;
    return "device" in graphics ? graphics : graphics.report();
  }

  /**
   * Checks a record once and returns it typed, for {@link scoreRow}: one cell for each field in schema order; the
   * number itself, or the code of the category (their count stands for OTHER); NaN for missing.
   *
   * @throws TenureError as {@link score}.
   */
  row<R extends RecordOf<R>>(record: R): Float64Array<ArrayBuffer> {
    this.#scoreRecord(this.#live(), record);
    return new Float64Array(this.#views.row());
  }

  /**
   * Scores a typed row, as {@link row} returns it: the fastest way for one customer whose fields change one by one.
   *
   * @param row `schema.fields.length` cells.
   * @returns the probability, or NaN where a cell is out of its field's bounds.
   * @throws TenureError `argument_invalid` for a row of another length; `disposed`.
   */
  scoreRow(row: Float64Array): number {
    const engine = this.#live();
    const cells = this.#views.row();
    if (row?.length !== cells.length) {
      throw new TenureError("argument_invalid", `a row has ${cells.length} cells, not ${row?.length ?? kindOf(row)}`);
    }
    cells.set(row);
    return engine.score_row();
  }

  /**
   * Explains the score of one customer: the Shapley value of every field in the logit, against the reference customers
   * of the artifact. Exact where the budget allows it, which is known before the work starts; else an estimate with a
   * standard error for every field.
   *
   * @throws TenureError as {@link score}; `argument_invalid` with every option that breaks its rule, and for a budget
   *   that is too small for an estimate.
   */
  explain<R extends RecordOf<R>>(record: R, options?: ExplainOptions): Explanation {
    const engine = this.#live();
    const checked = checkOptions(options);
    this.#scoreRecord(engine, record);
    const flags = engine.row_flags();
    const explained = explainRow(engine, checked);
    const contributions = explained.contributions.map(
      (contribution): Contribution => ({
        ...contribution,
        value: (record as AnyRecord)[contribution.field] as FieldValue,
      }),
    );
    return { ...explained, contributions, problems: flags === CLEAN ? NO_PROBLEMS : this.#problems(engine, record) };
  }

  /**
   * Explains many customers, block after block of about 40 milliseconds; between two of them other work gets its turn.
   *
   * @param input columns or records, as {@link scoreMany} takes them. Rows with errors come as NaN.
   * @returns blocks of contributions with the progress; stop early by leaving the loop, or by `options.signal`.
   * @throws TenureError at once: `columns_invalid`, `argument_invalid`, `disposed`. While iterating: `aborted` once the
   *   signal is, before the first block too; `disposed`.
   */
  explainMany(columns: Columns, options?: ExplainManyOptions): AsyncGenerator<ExplainedBlock, void, undefined>;
  explainMany<R extends RecordOf<R>>(
    records: readonly R[],
    options?: ExplainManyOptions,
  ): AsyncGenerator<ExplainedBlock, void, undefined>;
  explainMany(input: unknown, options: ExplainManyOptions = {}): AsyncGenerator<ExplainedBlock, void, undefined> {
    return explainMany(this.#cohort(), input, options).blocks;
  }

  /**
   * Which fields move the logit how much over a cohort, with the points of a beeswarm and of dependence plots.
   *
   * @returns a promise that rejects with a TenureError as {@link explainMany} throws.
   */
  importance(columns: Columns, options?: ImportanceOptions): Promise<Importance>;
  importance<R extends RecordOf<R>>(records: readonly R[], options?: ImportanceOptions): Promise<Importance>;
  async importance(input: unknown, options: ImportanceOptions = {}): Promise<Importance> {
    const { rows, blocks } = explainMany(this.#cohort(), input, { rows: SAMPLE_ROWS, ...options });
    const { importance } = await import("./blocks.js");
    return importance(this.schema, blocks, rows, options.onProgress, unknownField);
  }

  /**
   * Counterfactuals: the cheapest sets of changes that bring the probability under a threshold. Only fields that the
   * schema calls changeable move, within its directions, steps, bounds, forbidden changes and rules.
   *
   * @returns answers, cheapest first, each scored again; where there is none, `found` is false and `reason` says why.
   * @throws TenureError `argument_invalid` with every problem of the options (threshold outside 0 to 1, unknown fields,
   *   fields that are not changeable, no changeable field at all), and as {@link score}.
   */
  counterfactuals<R extends RecordOf<R>>(record: R, options: CounterfactualOptions = {}): Counterfactuals {
    const engine = this.#live();
    const { schema, policy } = this;
    return counterfactuals(engine, schema, policy, options, record, () => this.#scoreRecord(engine, record));
  }

  /** Frees the memory of the artifact; the scorer cannot be used afterwards. Calling it again does nothing. */
  dispose(): void {
    this.#engine?.free();
    this.#engine = undefined;
    void Promise.resolve(this.#graphics).then((graphics) => "device" in graphics || graphics.dispose());
  }

  #cohort(): CohortEngine {
    return { live: () => this.#live(), views: this.#views, fields: this.#fields, graphics: this.#graphics };
  }

  #live(): Engine {
    if (this.#engine === undefined) throw new TenureError("disposed", "the scorer was disposed");
    return this.#engine;
  }

  #batch(input: unknown, { problemLimit = PROBLEM_LIMIT }: ScoreManyOptions): BatchInput {
    this.#live();
    if (typeof problemLimit !== "number" || !(problemLimit >= 0)) {
      throw new TenureError("argument_invalid", `problemLimit must be a number from 0, not ${String(problemLimit)}`);
    }
    return { problemLimit, read: (views, fields) => readTable(views, fields, input) };
  }

  #scoreTable(batch: BatchInput): Scores {
    return scoreTable(this.#live(), this.#views, batch.read(this.#views, this.#fields), batch.problemLimit);
  }

  /** Writes the record into the row buffer and scores it: the probability, or an error with every problem. */
  #scoreRecord(engine: Engine, record: unknown): number {
    if (typeof record !== "object" || record === null || Array.isArray(record)) {
      throw new TenureError("argument_invalid", `a record must be a plain object, not ${kindOf(record)}`);
    }
    this.#write(record as AnyRecord);
    const probability = engine.score_row();
    if (engine.row_flags() !== ERRORS) return probability;
    throw recordInvalid(this.#problems(engine, record));
  }

  /** Record → row buffer. This loop is the whole cost of a record on our side. */
  #write(record: AnyRecord): void {
    const fields = this.#fields;
    let cells = this.#views.row();
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      const value = record[field.name];
      // NaN and infinity are for the core to judge; for them alone the difference is not 0.
      if (field.isNumber && typeof value === "number" && value - value === 0) {
        cells[index] = value;
        continue;
      }
      let cell = field.known.get(value);
      if (cell === undefined) {
        cell = field.ask(value);
        cells = this.#views.row();
      }
      cells[index] = cell;
    }
  }

  /** Every problem of a record, as the core words them. */
  #problems(engine: Engine, record: unknown): Problem[] {
    return JSON.parse(engine.problems(this.#fields.map(({ name }) => plain((record as AnyRecord)[name])))) as Problem[];
  }
}

function explainRow(engine: Engine, { budget, tolerance, seed, interactions }: CheckedOptions): Explanation {
  try {
    return JSON.parse(engine.explain_row(budget, tolerance, seed, interactions)) as Explanation;
  } catch (error) {
    throw fromCore(error);
  }
}
