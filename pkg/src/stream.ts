/**
 * `tenure/stream`: scores a table as it streams, in constant memory. Lines of JSON, CSV, tables of
 * Arrow, columns and records go in; blocks of scores come out, and at the end what is wrong in all rows.
 */

import type { AnyScorer } from "./any-scorer.js";
import { checkNames, kindOf, textOf } from "./error.js";
import { CsvLines, JsonLines, type Lines } from "./lines.js";

import { TenureError } from "./tenure-error.js";
import type { BlockScores, Columns, CustomerRecord, RecordOf, ScoreManyOptions, TableFindings } from "./types.js";

/** Options of {@link scoreStream}. */
export interface ScoreStreamOptions extends ScoreManyOptions {
  /**
   * What texts and bytes are: lines of JSON with a record each, or CSV with a header line. Without
   * it, the stream takes tables: columns, tables of Arrow, lists of records.
   */
  readonly format?: "ndjson" | "csv";
  /** The character between the cells of CSV. Default: `,`. */
  readonly delimiter?: string;
}

/** What the stream takes: texts or bytes if it has a `format`, tables otherwise. */
export type StreamedTable<R extends RecordOf<R> = CustomerRecord> = string | Uint8Array | Columns | readonly R[];

/** The scores of the next rows. */
export interface ScoredBlock extends BlockScores {
  /** Number of the block's first row in the whole table, from 0. */
  readonly start: number;
  /** Number of rows scored so far, with this block. */
  readonly done: number;
  /** Number of bytes (of characters, if the stream takes strings) read so far; 0 for tables. */
  readonly read: number;
  /**
   * The rows that were scored: records, in which an `Error` stands for a broken line; or the table
   * that was given.
   */
  readonly input: Columns | readonly (CustomerRecord | Error)[];
}

/** What is wrong in all rows. */
export interface StreamFindings extends TableFindings {
  /** Number of rows. */
  readonly rows: number;
}

/** A transform stream, for `pipeThrough`. */
export interface ScoreStream {
  /** Takes the table. */
  readonly writable: WritableStream<StreamedTable>;
  /** Gives a block of scores for each part of the table. It reads no further than it is read. */
  readonly readable: ReadableStream<ScoredBlock>;
  /** Resolves once the table has ended and all blocks are read. Rejects as the stream does. */
  readonly findings: Promise<StreamFindings>;
}

/** Most rows of a block that is made of lines. */
const BLOCK_ROWS = 8192;

/**
 * Makes a stream that scores what goes through it. It holds one block at a time.
 *
 * A broken line of JSON or CSV keeps its place: its row has an error, as in `scoreMany`. Lines that
 * are blank are passed over.
 *
 * @param scorer a scorer, of `load`. It must live as long as the stream.
 * @param options see {@link ScoreStreamOptions}.
 * @throws TenureError `argument_invalid`; `disposed`. The stream fails with `stream_invalid` if a text is
 *   not UTF-8, has no header line, or has a line of more than a million characters; with
 *   `columns_invalid` if columns are absent; with `aborted`, whose `cause` is the reason, if it is
 *   aborted or cancelled.
 * @example
 * ```js
 * import { load } from "tenure";
 * import { scoreStream } from "tenure/stream";
 * import { model, records } from "tenure/testing";
 *
 * const scorer = await load(model);
 * const stream = scoreStream(scorer, { format: "ndjson" });
 * const lines = new Response(records.map((record) => JSON.stringify(record)).join("\n"));
 * for await (const { start, probability } of lines.body.pipeThrough(stream)) console.log(start, probability);
 * console.log((await stream.findings).problemCount);
 * ```
 */
export function scoreStream(
  scorer: Pick<AnyScorer, "schema" | "scoreBlocks">,
  options: ScoreStreamOptions = {},
): ScoreStream {
  if (typeof scorer?.scoreBlocks !== "function") {
    throw new TenureError("argument_invalid", `scorer must be a scorer, which load returns, not ${kindOf(scorer)}`);
  }
  checkNames(options, ["format", "delimiter", "problemLimit"]);
  const { format, delimiter, ...rest } = options;
  const source = reader(scorer, format, delimiter);
  const blocks = scorer.scoreBlocks(rest);
  let settle: { resolve(findings: StreamFindings): void; reject(error: unknown): void };
  const findings = new Promise<StreamFindings>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Who does not ask for the findings sees the failure of the stream.
  findings.catch(() => undefined);
  let demand = promise();
  let input: WritableStreamDefaultController;
  let output: ReadableStreamDefaultController<ScoredBlock>;
  let rows = 0;
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    if (failure !== undefined) return;
    failure = { error };
    settle.reject(error);
    demand.resolve();
  };
  /** Scores tables, each as soon as a reader asks for its block. */
  const write = async (tables: Iterable<Table>): Promise<void> => {
    try {
      for (const { input, read } of tables) {
        await demand.done;
        if (failure !== undefined) throw failure.error;
        const scores = blocks.score(input);
        const start = rows;
        rows += scores.probability.length;
        demand = promise();
        output.enqueue({ start, done: rows, read, input, ...scores });
      }
    } catch (error) {
      fail(error);
      output.error(error);
      throw error;
    }
  };
  return {
    findings,
    readable: new ReadableStream<ScoredBlock>(
      {
        start: (controller) => {
          output = controller;
        },
        pull: () => demand.resolve(),
        cancel(reason) {
          fail(aborted("the reader cancelled the stream", reason));
          input.error(reason);
        },
      },
      { highWaterMark: 0 },
    ),
    writable: new WritableStream<StreamedTable>({
      start: (controller) => {
        input = controller;
      },
      write: (chunk) => write(source.add(chunk)),
      async close() {
        await write(source.end());
        try {
          settle.resolve({ rows, ...blocks.finish() });
          output.close();
        } catch (error) {
          fail(error);
          output.error(error);
          throw error;
        }
      },
      abort(reason) {
        const error = aborted("the stream was aborted", reason);
        fail(error);
        output.error(error);
      },
    }),
  };
}

const aborted = (message: string, cause: unknown): TenureError => new TenureError("aborted", message, [], { cause });

function promise(): { readonly done: Promise<void>; resolve(): void } {
  let resolve!: () => void;
  const done = new Promise<void>((settled) => {
    resolve = settled;
  });
  return { done, resolve };
}

interface Table {
  readonly input: ScoredBlock["input"];
  readonly read: number;
}

interface Source {
  add(chunk: unknown): Iterable<Table>;
  end(): Iterable<Table>;
}

function reader(scorer: Pick<AnyScorer, "schema">, format: unknown, delimiter: unknown): Source {
  if (format !== "csv" && delimiter !== undefined) {
    throw new TenureError("argument_invalid", 'delimiter needs the option format: "csv"');
  }
  if (format === undefined) return TABLES;
  if (format === "ndjson") return new TextSource(new JsonLines());
  if (format === "csv") return new TextSource(new CsvLines(scorer.schema, delimiter));
  throw new TenureError("argument_invalid", `format must be "ndjson" or "csv", not ${textOf(format)}`);
}

/** Each chunk is a table, which the scorer checks. */
const TABLES: Source = {
  *add(chunk) {
    if (typeof chunk !== "string" && !ArrayBuffer.isView(chunk)) {
      yield { input: chunk as Columns, read: 0 };
      return;
    }
    const given = typeof chunk === "string" ? "texts" : "bytes";
    throw new TenureError("argument_invalid", `the stream got ${given}: set its option format to "ndjson" or "csv"`);
  },
  end: () => [],
};

/** Texts or bytes, cut into lines, in blocks of records. */
class TextSource implements Source {
  readonly #lines: Lines;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #read = 0;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  *add(chunk: unknown): Iterable<Table> {
    let text: string;
    if (typeof chunk === "string") {
      text = this.#read === 0 ? chunk.replace(/^\ufeff/, "") : chunk;
      this.#read += chunk.length;
    } else if (ArrayBuffer.isView(chunk)) {
      text = this.#decoded(chunk as Uint8Array);
      this.#read += chunk.byteLength;
    } else {
      throw new TenureError("argument_invalid", `a stream with a format takes texts and bytes, not ${kindOf(chunk)}`);
    }
    yield* this.#blocks(this.#lines.add(text));
  }

  *end(): Iterable<Table> {
    yield* this.#blocks(this.#lines.add(this.#decoded()));
    yield* this.#blocks(this.#lines.end());
  }

  #decoded(bytes?: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw new TenureError(
        "stream_invalid",
        "the text is not UTF-8: save it as UTF-8, or use the command tenure score",
        [],
        {
          cause,
        },
      );
    }
  }

  *#blocks(records: Iterable<CustomerRecord | Error>): Iterable<Table> {
    let block: (CustomerRecord | Error)[] = [];
    for (const record of records) {
      block.push(record);
      if (block.length < BLOCK_ROWS) continue;
      yield { input: block, read: this.#read };
      block = [];
    }
    if (block.length > 0) yield { input: block, read: this.#read };
  }
}
