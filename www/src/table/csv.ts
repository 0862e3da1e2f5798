/** Text to rows, a chunk at a time, through Papa Parse. */
import Papa, { type ParseResult, type Parser } from "papaparse";

/** Characters parsed at once: some thousands of rows, a few dozen milliseconds. */
const CHUNK = 1 << 20;
/** A quote that never closes swallows all that follows; after so much text without a row the reader is told. */
const CHUNKS_WITHOUT_ROW = 8;

export interface Chunk {
  rows: string[][];
  delimiter: string;
  /** Share of the text read so far, 0 to 1. */
  share: number;
  isLast: boolean;
  /** The last row opens a quote that the text never closes, or has not closed for a very long time. */
  isUnclosed: boolean;
}

/** Hands over every chunk in turn; an error thrown by `onChunk` ends the reading and is thrown again. */
export function readRows(text: string, onChunk: (chunk: Chunk) => void): void {
  let failure: { error: unknown } | undefined;
  let idle = 0;
  Papa.parse<string[]>(text, {
    delimitersToGuess: [",", ";", "\t", "|"],
    chunkSize: CHUNK,
    chunk({ data, errors, meta }: ParseResult<string[]>, parser: Parser) {
      idle = data.length === 0 ? idle + 1 : 0;
      const read = meta.cursor ?? 0;
      try {
        onChunk({
          rows: data,
          delimiter: meta.delimiter,
          share: Math.min(1, read / text.length),
          isLast: read >= text.length,
          isUnclosed: idle >= CHUNKS_WITHOUT_ROW || errors.some(({ code }) => code === "MissingQuotes"),
        });
      } catch (error) {
        failure = { error };
        parser.abort();
      }
    },
    // Its types ask for it; there is nothing left to do at the end.
    complete: () => undefined,
  });
  if (failure) throw failure.error;
}

/** Breaks inside a quoted cell: they move the lines after it. */
export function lineBreaks(cell: string): number {
  if (!cell.includes("\n") && !cell.includes("\r")) return 0;
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0;
}

export function isBlank(row: string[]): boolean {
  return row.length === 1 && row[0]!.trim() === "";
}
