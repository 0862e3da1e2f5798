/** Reads CSV text into rows, chunk by chunk, with Papa Parse. */
import Papa, { type ParseResult, type Parser } from "papaparse";

/** Characters per chunk: some thousands of rows, parsed in a few dozen milliseconds. */
const CHUNK = 1 << 20;
/**
 * An unclosed quote takes in all text after it. After this many chunks without a row the quote
 * counts as unclosed.
 */
const CHUNKS_WITHOUT_ROW = 8;

export interface Chunk {
  rows: string[][];
  delimiter: string;
  /** Share of the text read so far, 0 to 1. */
  share: number;
  isLast: boolean;
  /**
   * The last row opens a quote that is not closed by the end of the text, or not for
   * `CHUNKS_WITHOUT_ROW` chunks.
   */
  isUnclosed: boolean;
}

/**
 * Calls `onChunk` with each chunk in turn. If it throws, reading stops and the error is thrown
 * again.
 */
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
    // The types of Papa Parse require it.
    complete: () => undefined,
  });
  if (failure) throw failure.error;
}

/**
 * Counts the line breaks inside a quoted cell: each moves the rows after it down by one line of the
 * file.
 */
export function lineBreaks(cell: string): number {
  if (!cell.includes("\n") && !cell.includes("\r")) return 0;
  return cell.match(/\r\n|\r|\n/g)?.length ?? 0;
}

export function isBlank(row: string[]): boolean {
  return row.length === 1 && row[0]!.trim() === "";
}
