/** Cuts texts that arrive in parts into records: lines of JSON, and CSV. */

import type { Schema } from "./document.js";
import { kindOf, summary } from "./error.js";
import { type Problem, TenureError } from "./tenure-error.js";
import type { CustomerRecord } from "./types.js";

/** Most characters of a line. A quote that is never closed would otherwise fill the memory. */
const LONGEST = 1 << 20;

/** Reads a text in parts. An `Error` stands for a broken line, and says which. */
export interface Lines {
  /** The records that end in this part of the text. */
  add(text: string): Iterable<CustomerRecord | Error>;
  /** The record that ends with the text. */
  end(): Iterable<CustomerRecord | Error>;
}

function tooLong(line: number): TenureError {
  const hint = "is this the format of the stream, and is a quote never closed?";
  return new TenureError("stream_invalid", `line ${line} is longer than ${LONGEST} characters: ${hint}`);
}

/** A row of CSV: where the next one starts, and its cells, if it is not blank. */
interface Row {
  readonly end: number;
  readonly cells?: readonly string[] | Error;
}

/** Lines of JSON. */
export class JsonLines implements Lines {
  #rest = "";
  #line = 0;

  *add(part: string): Iterable<CustomerRecord | Error> {
    const text = this.#rest + part;
    this.#rest = "";
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      yield* this.#record(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > LONGEST) throw tooLong(this.#line + 1);
  }

  *end(): Iterable<CustomerRecord | Error> {
    yield* this.#record(this.#rest);
  }

  *#record(line: string): Iterable<CustomerRecord | Error> {
    this.#line += 1;
    if (line.trim() === "") return;
    let record: CustomerRecord;
    try {
      record = JSON.parse(line) as CustomerRecord;
    } catch (error) {
      yield new Error(`line ${this.#line}, which is not JSON: ${(error as Error).message}`);
      return;
    }
    yield record;
  }
}

/**
 * CSV as in RFC 4180: cells between delimiters, in quotes where they have a delimiter, a quote (then
 * doubled) or a line break, and a header line. Lines end with CRLF or LF. Cells are texts; the core
 * reads them by the formats of the schema.
 */
export class CsvLines implements Lines {
  readonly #schema: Schema;
  readonly #delimiter: string;
  #header: readonly string[] | undefined;
  #rest = "";
  /** The number of lines before `#rest`. */
  #line = 0;

  constructor(schema: Schema, delimiter: unknown = ",") {
    if (typeof delimiter !== "string" || delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
      const given = typeof delimiter === "string" ? JSON.stringify(delimiter) : kindOf(delimiter);
      throw new TenureError(
        "argument_invalid",
        `delimiter must be one character, and no quote or line break, not ${given}`,
      );
    }
    this.#schema = schema;
    this.#delimiter = delimiter;
  }

  *add(part: string): Iterable<CustomerRecord | Error> {
    yield* this.#records(this.#rest + part, false);
    if (this.#rest.length > LONGEST) throw tooLong(this.#line + 1);
  }

  *end(): Iterable<CustomerRecord | Error> {
    yield* this.#records(this.#rest, true);
    if (this.#header !== undefined) return;
    throw new TenureError("stream_invalid", "the text has no header line: the first line must name the columns");
  }

  *#records(text: string, isLast: boolean): Iterable<CustomerRecord | Error> {
    let start = 0;
    while (start < text.length) {
      const line = this.#line + 1;
      const read = this.#row(text, start, isLast);
      if (read === undefined) break;
      start = read.end;
      if (read.cells === undefined) continue;
      if (this.#header === undefined) this.#header = this.#checked(read.cells);
      else yield this.#record(read.cells, line);
    }
    this.#rest = text.slice(start);
  }

  /** The row at `start`; `undefined` if it is not complete. */
  #row(text: string, start: number, isLast: boolean): Row | undefined {
    let end = text.indexOf("\n", start);
    if (end < 0) {
      if (!isLast) return undefined;
      end = text.length;
    }
    const line = text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end);
    if (!line.includes('"')) {
      this.#line += 1;
      return line.trim() === "" ? { end: end + 1 } : { end: end + 1, cells: line.split(this.#delimiter) };
    }
    return this.#quoted(text, start, isLast);
  }

  #quoted(text: string, start: number, isLast: boolean): Row | undefined {
    const first = this.#line + 1;
    const cells: string[] = [];
    let broken: string | undefined;
    let at = start;
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        at += 1;
        for (;;) {
          const close = text.indexOf('"', at);
          // Whether a quote at the end of a part is doubled is in the next part.
          if (close < 0 || (close + 1 === text.length && !isLast)) {
            if (!isLast) return undefined;
            this.#line += lineBreaks(text, start, text.length) + 1;
            return { end: text.length, cells: new Error(`line ${first}, which has a quote that is never closed`) };
          }
          cell += text.slice(at, close);
          at = close + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at += 1;
        }
      }
      const next = this.#stop(text, at);
      if (next === text.length && !isLast) return undefined;
      const rest = text.slice(at, text[next] === "\n" && text[next - 1] === "\r" && next > at ? next - 1 : next);
      const isQuoted = text[at - 1] === '"' && at > start;
      if (rest !== "" && (isQuoted || rest.includes('"'))) broken ??= "which has a quote within a cell without quotes";
      cells.push(cell + rest);
      at = next + 1;
      if (text[next] === this.#delimiter) continue;
      this.#line += lineBreaks(text, start, next) + 1;
      return { end: at, cells: broken === undefined ? cells : new Error(`line ${first}, ${broken}`) };
    }
  }

  /** Where the cell ends: at the next delimiter, line break, or end of the text. */
  #stop(text: string, from: number): number {
    const delimiter = text.indexOf(this.#delimiter, from);
    const line = text.indexOf("\n", from);
    return Math.min(delimiter < 0 ? text.length : delimiter, line < 0 ? text.length : line);
  }

  #record(cells: readonly string[] | Error, line: number): CustomerRecord | Error {
    const header = this.#header!;
    if (cells instanceof Error) return cells;
    if (cells.length !== header.length) {
      return new Error(`line ${line}, which has ${cells.length} cells, and the header ${header.length}`);
    }
    const record: Record<string, string> = {};
    for (let index = 0; index < header.length; index++) record[header[index]!] = own(cells[index]!);
    return record;
  }

  #checked(cells: readonly string[] | Error): readonly string[] {
    if (cells instanceof Error) throw new TenureError("stream_invalid", `the header is ${cells.message}`);
    const header = cells.map((name) => name.trim());
    const problems = this.#schema.fields.flatMap(({ name }): Problem[] => {
      const count = header.filter((column) => column === name).length;
      if (count === 1) return [];
      return count === 0
        ? [{ field: name, rule: "absent", value: "nothing", message: "must be among the columns" }]
        : [{ field: name, rule: "unique", value: `${count} columns`, message: "must be the name of one column" }];
    });
    if (problems.length === 0) return header;
    throw new TenureError("columns_invalid", `the header does not fit the schema: ${summary(problems)}`, problems);
  }
}

function lineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/**
 * The same text in memory of its own. V8 keeps the whole text alive for a slice of 13 characters or
 * more, and the scorer remembers texts.
 */
const own = (cell: string): string => (cell.length < 13 ? cell : ` ${cell}`.slice(1));
