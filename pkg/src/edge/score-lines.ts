/** Scores lines of JSON as they arrive, one line out for each line in. */

import { JsonLines } from "../lines.js";
import type { CustomerRecord } from "../types.js";
import { decoded, timed } from "./body.js";
import type { Exchange } from "./exchange.js";
import { refuse, shown } from "./refusal.js";
import { pause, Rows } from "./rows.js";

/**
 * Records of a stream share no budget, because nobody knows how many there are: each has the budget
 * of a list of this many.
 */
const RECORDS = 32;

/**
 * The answer has a line for each record, and last a line `{"findings": {…}}`: an answer without it is not
 * complete. A stream that fails has a last line `{"error": {…}}`.
 */
export async function scoreLines(exchange: Exchange): Promise<Response> {
  const { request, shared } = exchange;
  const body = decoded(request);
  const { scorer } = await exchange.model();
  const rows = new Rows(exchange, scorer, RECORDS);
  const encoder = new TextEncoder();
  const lines = (values: readonly object[]): Uint8Array =>
    encoder.encode(values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  const answer = async function* (): AsyncGenerator<Uint8Array> {
    try {
      let count = 0;
      for await (const records of blocks(body, shared.limits.seconds, rows.blockRows)) {
        count += records.length;
        if (count > shared.limits.lines) {
          throw refuse(413, "body_too_large", `a stream must have at most ${shared.limits.lines} lines`);
        }
        yield lines(rows.score(records));
        rows.forget();
        await pause();
      }
      yield lines([{ findings: { rows: count, ...rows.finish() } }]);
    } catch (error) {
      const { details } = shown(error);
      code = details.code;
      yield lines([{ error: details }]);
    }
  };
  let code: string | undefined;
  let ended!: (code: string | undefined) => void;
  exchange.streaming = new Promise((resolve) => {
    ended = resolve;
  });
  return new Response(
    readable(answer(), () => ended(code)),
    { headers: { "content-type": "application/x-ndjson" } },
  );
}

/** A stream that asks the generator only as fast as it is read, and ends it if the reader leaves. */
function readable(source: AsyncGenerator<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (!done) return controller.enqueue(value);
        controller.close();
        ended();
      },
      async cancel() {
        await source.return(undefined);
        ended();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The records of a body in blocks. */
async function* blocks(
  body: ReadableStream<Uint8Array> | null,
  seconds: number,
  rows: number,
): AsyncGenerator<(CustomerRecord | Error)[], void, undefined> {
  const reader = new JsonLines();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const text = (bytes?: Uint8Array): string => {
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined });
    } catch (cause) {
      throw refuse(400, "body_invalid", "the body must be UTF-8", { cause });
    }
  };
  for await (const bytes of timed(body, seconds, "chunk")) yield* inBlocks(reader.add(text(bytes)), rows);
  yield* inBlocks(reader.add(text()), rows);
  yield* inBlocks(reader.end(), rows);
}

function* inBlocks<T>(values: Iterable<T>, rows: number): Generator<T[]> {
  let block: T[] = [];
  for (const value of values) {
    block.push(value);
    if (block.length < rows) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
