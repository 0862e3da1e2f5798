/** One loaded artifact. Its methods decode the arguments, call the core, and encode the results. */

import type { Engine } from "../wasm/tenure.js";
import { type BatchInput, Findings, isRecord, PROBLEM_LIMIT, readTable, scoreTable, type Table } from "./batch.js";
import type { CohortEngine } from "./blocks.js";
import { explainMany, importanceOptions } from "./cohort.js";
import { type CounterfactualOptions, type Counterfactuals, counterfactuals } from "./counterfactuals.js";
import { type DeviceReport, onCpu, type WorkedOn } from "./device.js";
import { makeDisposable } from "./disposable.js";
import { type Card, type Policy, readDocument, type Schema } from "./document.js";
import { checkNames, checkSignal, fromCore, kindOf, recordInvalid, textOf, unknownField } from "./error.js";
import { type FieldReader, fieldReaders, REFUSED } from "./fields.js";
import type { CoreExplanation } from "./generated.js";
import type { Importance, ImportanceOptions } from "./importance.js";
import { type CheckedOptions, checkOptions } from "./options.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type {
  BlockScorer,
  BlockScores,
  ColumnsFor,
  Contribution,
  ExplainedBlock,
  ExplainManyOptions,
  ExplainOptions,
  Explanation,
  FieldNameFor,
  FieldValue,
  ModelIdentity,
  RecordFor,
  Score,
  ScoreManyAsyncOptions,
  ScoreManyOptions,
  Scores,
} from "./types.js";
import { Views } from "./views.js";
import type { Graphics } from "./webgpu.js";

const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);
/** The core's flag for a row without problems. */
const CLEAN = 0;
/** The core's flag for a row that has errors and no score. */
const ERRORS = 2;
/** For the core: the row buffer instead of a row of the column buffers. */
const OF_ROW = -1;
/** For the core: the score of the row buffer instead of that of a logit. */
const OF_CELLS = Number.NaN;
/** @internal What a scorer lets methods of another module do. */
export interface Inside extends CohortEngine {
  /**
   * Reads and scores a record, and asks the core about the row buffer. The answer gets the warnings.
   * Throws as `score`.
   */
  ask<Answer extends object>(record: unknown, ask: () => Answer): Answer & { readonly problems: readonly Problem[] };
}

/** @internal The inside of a scorer. */
export let insideOf: <C>(scorer: Scorer<C>) => Inside;

/** The device of a scorer that was loaded for the CPU. */
const NOT_ASKED = onCpu("not_asked", 'the scorer was loaded with device: "cpu", the default');

/**
 * Scores and explains customers with one artifact. `load` makes it. `C` is the type of its
 * customers: any record, unless `load<Customer>` says another.
 *
 * @example
 * ```js
 * import { load } from "tenure";
 * import { model, records } from "tenure/testing";
 *
 * const scorer = await load(model);
 * const { probability } = scorer.score(records[0]);
 * ```
 */
export class Scorer<C = unknown> {
  /** The fields that a record must have. */
  readonly schema: Schema;
  /** The model card: how the model was made, and its metrics. */
  readonly card: Card;
  /** The tiers of probabilities. */
  readonly policy: Policy;
  /** Number of reference customers in the artifact. Explanations compare with them. */
  readonly backgroundRows: number;
  #engine: Engine | undefined;
  readonly #fields: readonly FieldReader[];
  readonly #views: Views;
  /** A row that no call uses. */
  #spare: RecordRow | undefined;
  readonly #graphics: Promise<Graphics | WorkedOn> | WorkedOn;
  /** The artifact's bytes, until they are hashed: of its own, because the caller can change theirs. */
  #bytes: Uint8Array | undefined;
  #identity: Promise<ModelIdentity> | undefined;

  /**
   * @internal Takes over the engine and the graphics device. `bytes` are the artifact's; `reference` is
   *   the day that dates count back from.
   */
  constructor(
    engine: Engine,
    memory: WebAssembly.Memory,
    bytes: Uint8Array,
    reference?: string,
    graphics: Promise<Graphics | WorkedOn> | WorkedOn = NOT_ASKED,
  ) {
    const document = readDocument(engine.document(), reference);
    const { schema, card, policy } = document;
    this.backgroundRows = document.background_rows;
    this.schema = schema;
    this.card = card;
    this.policy = policy;
    this.#engine = engine;
    this.#fields = fieldReaders(engine, document);
    this.#views = new Views(engine, memory, this.#fields);
    this.#graphics = graphics;
    this.#bytes = new Uint8Array(bytes);
  }

  /**
   * Names the model, to keep with its scores. The first call computes the hash.
   *
   * @throws TenureError `crypto_unavailable` on a page without https; `disposed`.
   */
  async model(): Promise<ModelIdentity> {
    this.#live();
    this.#identity ??= this.#identify(this.#bytes!);
    return this.#identity;
  }

  /**
   * Scores one customer.
   *
   * @param record a value for each field of {@link schema}, `null` for a missing one. Other keys
   *   are ignored.
   * @returns the calibrated probability (0 to 1), the logit, the tier, and warnings.
   * @throws TenureError `record_invalid` with all problems of the record; `argument_invalid` if it
   *   is not a plain object; `disposed`.
   */
  score<R extends RecordFor<C, R>>(record: R): Score {
    const row = this.#read(record);
    const probability = this.#score(row);
    const engine = this.#live();
    const logit = engine.row_logit();
    const tier = engine.row_tier();
    return { probability, logit, tier, problems: this.#warnings(engine, row) };
  }

  /**
   * Scores many customers. The fastest input is columns: typed arrays for numbers and dictionaries
   * for categories.
   *
   * @param columns columns by field name, all of one length; or `records`, a list of records.
   * @param options see {@link ScoreManyOptions}.
   * @returns typed arrays with one entry for each row. A row with errors has the probability and
   *   logit NaN and the tier 255, and its problems are listed.
   * @throws TenureError `columns_invalid` with every column that is absent, of an unusable type or
   *   of another length; `argument_invalid` for any other wrong argument; `disposed`. A bad value
   *   does not throw, it marks its row.
   */
  scoreMany(columns: ColumnsFor<C>, options?: ScoreManyOptions): Scores;
  scoreMany<R extends RecordFor<C, R>>(records: readonly R[], options?: ScoreManyOptions): Scores;
  scoreMany(input: unknown, options: ScoreManyOptions = {}): Scores {
    return this.#scoreMany(this.#batch(input, options, ["problemLimit"]));
  }

  /**
   * Scores a table that arrives in blocks, so it need not fit into memory.
   *
   * @param options see {@link ScoreManyOptions}.
   * @returns an object that takes the blocks in order, and at the end has what is wrong in all rows.
   * @throws TenureError `argument_invalid`; `disposed`.
   */
  scoreBlocks(options: ScoreManyOptions = {}): BlockScorer<C> {
    const limit = this.#problemLimit(options, ["problemLimit"]);
    let findings: Findings | undefined = this.#findings(limit);
    const open = (): Findings => {
      this.#live();
      if (findings !== undefined) return findings;
      throw new TenureError("argument_invalid", "the table is finished: call scoreBlocks again for the next table");
    };
    return {
      score: (block: unknown) => this.#scoreTable(readTable(this.#views, this.#fields, block), open()),
      probability: (logit) => (Number.isNaN(logit) ? logit : this.#live().score_row(logit)),
      finish: () => {
        const finished = open().finish();
        findings = undefined;
        return finished;
      },
    };
  }

  /**
   * Scores many customers on the device that the option `device` of `load` chose. If the device
   * fails, the CPU scores all rows, and `reason` says so. Do not change the input before the
   * promise resolves.
   *
   * @param columns as {@link scoreMany} takes them.
   * @param options see {@link ScoreManyAsyncOptions}.
   * @returns the result of {@link scoreMany}, equal within 1e-4 on the logit, and the `device` that
   *   computed it.
   * @throws TenureError as {@link scoreMany}; `aborted` once `options.signal` is aborted.
   */
  scoreManyAsync(columns: ColumnsFor<C>, options?: ScoreManyAsyncOptions): Promise<Scores & WorkedOn>;
  scoreManyAsync<R extends RecordFor<C, R>>(
    records: readonly R[],
    options?: ScoreManyAsyncOptions,
  ): Promise<Scores & WorkedOn>;
  async scoreManyAsync(input: unknown, options: ScoreManyAsyncOptions = {}): Promise<Scores & WorkedOn> {
    const checked = this.#batch(input, options, ["problemLimit", "signal"]);
    const { signal } = options;
    checkSignal(signal);
    const batch: BatchInput = { ...checked, ...(signal ? { signal } : {}) };
    const cpu = (): Scores => this.#scoreMany(batch);
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

  /**
   * Which device {@link scoreManyAsync} uses, and why. With `device: "webgpu"`, it opens the
   * device.
   */
  async device(): Promise<DeviceReport> {
    const graphics = await this.#graphics;
    return "device" in graphics ? graphics : graphics.report();
  }

  /**
   * Checks a record and converts it to cells, for {@link scoreRow}.
   *
   * @param record as {@link score} takes it.
   * @returns one cell for each field, in schema order: the number (for a date, the days before the
   *   reference), or the code of the category (`categories.length` for OTHER). NaN for a missing
   *   value.
   * @throws TenureError as {@link score}.
   */
  row<R extends RecordFor<C, R>>(record: R): Float64Array<ArrayBuffer> {
    const row = this.#read(record);
    this.#score(row);
    return row.cells;
  }

  /**
   * Converts one value to its cell, as {@link row} does with a record: to sort a table by a field, or
   * to place a slider.
   *
   * @param field a field's name.
   * @param value a value, as a record has it: also a text in the field's format.
   * @returns the cell, NaN for a missing value, or `undefined` for a value that breaks a rule.
   * @throws TenureError `argument_invalid` if there is no such field; `disposed`.
   */
  cell(field: FieldNameFor<C>, value: FieldValue): number | undefined {
    this.#live();
    const reader = this.#fields.find(({ name }) => name === field);
    if (reader === undefined) throw unknownField(field);
    const cell = reader.cell(value);
    return cell === REFUSED ? undefined : cell;
  }

  /**
   * Scores the cells of one customer: the fastest way if fields change one by one, as behind a
   * slider.
   *
   * @param row `schema.fields.length` cells, as `row` returns them.
   * @returns the calibrated probability, 0 to 1, or NaN if a cell is invalid.
   * @throws TenureError `argument_invalid` for a row of another length; `disposed`.
   */
  scoreRow(row: Float64Array): number {
    const engine = this.#live();
    const cells = this.#views.row();
    if (!ArrayBuffer.isView(row) || row.length !== cells.length) {
      const given = ArrayBuffer.isView(row) ? row.length : kindOf(row);
      throw new TenureError("argument_invalid", `a row must be a Float64Array of ${cells.length} cells, not ${given}`);
    }
    cells.set(row);
    return engine.score_row(OF_CELLS);
  }

  /**
   * Explains the score of one customer by interventional Shapley values: how much each field's
   * value adds to the logit, or to the probability (`options.scale`), compared with the reference customers of the artifact. The values are
   * exact if the budget allows it, which is known before the work starts. Otherwise they are
   * estimates with a standard error for each field.
   *
   * @param record as {@link score} takes it.
   * @param options see {@link ExplainOptions}.
   * @returns contributions. `base` plus all of them is the logit, or the probability.
   * @throws TenureError as {@link score}; `argument_invalid` with every option that breaks its
   *   rule, and for a budget that is too small for an estimate.
   */
  explain<R extends RecordFor<C, R>>(record: R, options?: ExplainOptions): Explanation {
    this.#live();
    const checked = checkOptions(options);
    const row = this.#read(record);
    this.#score(row);
    const engine = this.#live();
    const explained = explainRow(engine, checked);
    const byName = new Map(this.#fields.map(({ name, index }) => [name, valueAt(row, index) as FieldValue]));
    const problems = this.#warnings(engine, row);
    const contributions = explained.contributions.map(
      (contribution): Contribution => ({ ...contribution, value: byName.get(contribution.field)! }),
    );
    return { ...explained, scale: checked.probability ? "probability" : "log-odds", contributions, problems };
  }

  /**
   * Explains many customers in blocks of about 40 milliseconds. Timers, painting and other calls
   * run between two blocks.
   *
   * @param columns columns or records, as {@link scoreMany} takes them. A row with errors is NaN.
   * @param options see {@link ExplainManyOptions}.
   * @returns blocks of contributions with the progress. Leave the loop, or abort `options.signal`,
   *   to stop early.
   * @throws TenureError from the call: `columns_invalid`, `argument_invalid`, `disposed`. From the
   *   iteration: `aborted` once the signal is aborted, also before the first block; `disposed`.
   */
  explainMany(columns: ColumnsFor<C>, options?: ExplainManyOptions): AsyncGenerator<ExplainedBlock, void, undefined>;
  explainMany<R extends RecordFor<C, R>>(
    records: readonly R[],
    options?: ExplainManyOptions,
  ): AsyncGenerator<ExplainedBlock, void, undefined>;
  explainMany(input: unknown, options: ExplainManyOptions = {}): AsyncGenerator<ExplainedBlock, void, undefined> {
    return explainMany(this.#cohort(), input, options).blocks;
  }

  /**
   * Explains a cohort and computes how much each field moves the logit, with the points of beeswarm
   * and dependence plots.
   *
   * @param columns columns or records, as {@link scoreMany} takes them.
   * @param options see {@link ImportanceOptions}.
   * @throws TenureError as {@link explainMany}; the promise rejects with it.
   */
  importance(columns: ColumnsFor<C>, options?: ImportanceOptions): Promise<Importance>;
  importance<R extends RecordFor<C, R>>(records: readonly R[], options?: ImportanceOptions): Promise<Importance>;
  async importance(input: unknown, options: ImportanceOptions = {}): Promise<Importance> {
    const { onProgress, rest } = importanceOptions(options);
    const { rows, blocks } = explainMany(this.#cohort(), input, rest);
    const { importance } = await import("./blocks.js");
    return importance(this.schema, blocks, rows, onProgress, unknownField);
  }

  /**
   * Searches the cheapest sets of changes that bring the probability below a threshold. Only fields
   * that the schema calls changeable change, within the schema's directions, steps, bounds,
   * forbidden changes and rules.
   *
   * @param record as {@link score} takes it.
   * @param options see {@link CounterfactualOptions}.
   * @returns answers, cheapest first, with the scores of the changed records. Without an answer,
   *   `found` is false and `reason` says why.
   * @throws TenureError as {@link score}; `argument_invalid` with all problems of the options: a
   *   threshold outside 0 to 1, unknown fields, fields that are not changeable, or a schema without
   *   a changeable field.
   */
  counterfactuals<R extends RecordFor<C, R>>(record: R, options: CounterfactualOptions = {}): Counterfactuals {
    const engine = this.#live();
    const { schema, policy } = this;
    return counterfactuals(engine, schema, policy, options, () => {
      const row = this.#read(record);
      this.#score(row);
      return this.#fields.map(({ index }) => valueAt(row, index));
    });
  }

  /**
   * Frees the artifact's memory. Later calls of other methods throw `disposed`; another `dispose`
   * does nothing.
   */
  dispose(): void {
    this.#engine?.free();
    this.#engine = undefined;
    this.#bytes = undefined;
    void Promise.resolve(this.#graphics).then((graphics) => "device" in graphics || graphics.dispose());
  }

  /** `dispose`, for `using` declarations; in runtimes that have `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void;

  static {
    makeDisposable(Scorer.prototype);
    insideOf = (scorer) => ({
      ...scorer.#cohort(),
      ask(record, ask) {
        const row = scorer.#read(record);
        scorer.#score(row);
        return { ...ask(), problems: scorer.#warnings(scorer.#live(), row) };
      },
    });
  }

  #cohort(): CohortEngine {
    return { live: () => this.#live(), views: this.#views, fields: this.#fields, graphics: this.#graphics };
  }

  async #identify(bytes: Uint8Array): Promise<ModelIdentity> {
    const { sha256 } = await import("./digest.js");
    const { name, code_version: version = null } = this.card as Partial<Card>;
    const identity = Object.freeze({ name: name ?? this.schema.name, version, sha256: await sha256(bytes) });
    this.#bytes = undefined;
    return identity;
  }

  #live(): Engine {
    if (this.#engine === undefined) throw new TenureError("disposed", "the scorer is disposed");
    return this.#engine;
  }

  #batch(input: unknown, options: ScoreManyOptions, names: readonly string[]): BatchInput {
    const problemLimit = this.#problemLimit(options, names);
    return { problemLimit, read: (views, fields) => readTable(views, fields, input) };
  }

  #problemLimit(options: ScoreManyOptions, names: readonly string[]): number {
    this.#live();
    checkNames(options, names);
    const { problemLimit = PROBLEM_LIMIT } = options;
    if (typeof problemLimit !== "number" || !(problemLimit >= 0)) {
      throw new TenureError("argument_invalid", `problemLimit must be a number from 0, not ${textOf(problemLimit)}`);
    }
    return problemLimit;
  }

  #findings(limit: number): Findings {
    return new Findings(this.#live(), this.#fields, limit);
  }

  #scoreMany(batch: BatchInput): Scores {
    const table = batch.read(this.#views, this.#fields);
    const findings = this.#findings(batch.problemLimit);
    return { ...this.#scoreTable(table, findings), ...findings.finish() };
  }

  #scoreTable(table: Table, findings: Findings): BlockScores {
    return scoreTable(() => this.#live(), this.#views, table, findings);
  }

  /**
   * Reads the fields of a record into a row of its own, because code of the caller can run (getters,
   * proxies), and it may score other records or dispose the scorer. This loop is nearly all that a
   * record costs in JavaScript.
   */
  #read(record: unknown): RecordRow {
    this.#live();
    if (!isRecord(record)) {
      throw new TenureError("argument_invalid", `a record must be a plain object, not ${kindOf(record)}`);
    }
    const fields = this.#fields;
    const row = this.#spare ?? new RecordRow(fields.length);
    this.#spare = undefined;
    const { cells, values } = row;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      const value = record[field.name];
      // The core judges NaN and infinity: only for them is `value - value` not 0.
      if (field.keepsNumbers && typeof value === "number" && value - value === 0) {
        cells[index] = value;
        values[index] = undefined;
        continue;
      }
      values[index] = value;
      cells[index] = field.known.get(value) ?? ASK;
    }
    return row;
  }

  /** Scores a record that was read. Throws `record_invalid` with all problems. */
  #score(row: RecordRow): number {
    const engine = this.#live();
    const { cells, values } = row;
    let written = this.#views.row();
    for (let index = 0; index < cells.length; index++) {
      if (cells[index] === ASK) {
        cells[index] = this.#fields[index]!.ask(values[index]);
        written = this.#views.row();
      }
      written[index] = cells[index]!;
    }
    const probability = engine.score_row(OF_CELLS);
    row.flags = engine.row_flags();
    if (row.flags === ERRORS) throw recordInvalid(this.#problems(engine, row));
    return probability;
  }

  /** The warnings of a record that was scored. Its row can be used again. */
  #warnings(engine: Engine, row: RecordRow): readonly Problem[] {
    const problems = row.flags === CLEAN ? NO_PROBLEMS : this.#problems(engine, row);
    this.#spare = row;
    return problems;
  }

  /** All problems of a record, with the core's messages. */
  #problems(engine: Engine, row: RecordRow): Problem[] {
    const ask = (field: number): unknown => this.#fields[field]!.sent(valueAt(row, field));
    return engine.problems(OF_ROW, ask) as Problem[];
  }
}

/** The cell of a value that the core is yet to be asked for. No cell is infinite. */
const ASK = Number.NEGATIVE_INFINITY;

/** What was read from one record. */
class RecordRow {
  readonly cells: Float64Array<ArrayBuffer>;
  /** `undefined` also for a number that is its own cell. */
  readonly values: unknown[];
  /** The core's flag, once the record is scored. */
  flags = CLEAN;

  constructor(fields: number) {
    this.cells = new Float64Array(fields);
    this.values = new Array(fields);
  }
}

/** The value of a field in a record that was read. */
function valueAt({ cells, values }: RecordRow, index: number): unknown {
  const value = values[index];
  // An absent value is refused, so its cell is infinite.
  return value === undefined && Number.isFinite(cells[index]) ? cells[index] : value;
}

function explainRow(engine: Engine, options: CheckedOptions): CoreExplanation {
  const { budget, tolerance, seed, interactions, probability } = options;
  try {
    return engine.explain_row(budget, tolerance, seed, interactions, probability) as CoreExplanation;
  } catch (error) {
    throw fromCore(error);
  }
}
