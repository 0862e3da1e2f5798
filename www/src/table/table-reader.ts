/**
 * Turns rows of text into scored blocks: each row gets its line, each text a code, and each broken
 * line a finding.
 */
import { isError, type Scorer } from "tenure";
import { isBlank, lineBreaks } from "./csv";
import { Dictionary } from "./dictionary";
import { fieldColumns } from "./header";
import { type Block, type Finding, NO_TIER } from "./messages";

export class TableReader {
  readonly header: string[];
  rowCount = 0;
  nextLine: number;
  readonly #dictionaries: Dictionary[];
  readonly #columnOf: number[];
  readonly #scorer: Scorer;

  /** `headerLines` is the number of lines of the file up to and including the header. */
  constructor(header: string[], headerLines: number, scorer: Scorer, name: string) {
    this.header = header.map((cell) => cell.trim());
    this.nextLine = headerLines + 1;
    this.#scorer = scorer;
    this.#columnOf = fieldColumns(this.header, scorer.schema, name);
    this.#dictionaries = header.map(() => new Dictionary());
  }

  /**
   * Scores the rows. Blank lines are skipped. Rows with too few or too many cells stay in the table
   * without a score.
   */
  block(data: string[][], isUnclosed: boolean): Block {
    const width = this.header.length;
    const codes = this.header.map(() => new Uint32Array(data.length));
    const lines = new Uint32Array(data.length);
    const kept: string[][] = [];
    const broken: Finding[] = [];

    for (const [index, row] of data.entries()) {
      // If a file mixes line ends, the parser leaves the CR of a CRLF line on its last cell.
      if (row.at(-1)!.endsWith("\r")) row.push(row.pop()!.slice(0, -1));
      const line = this.nextLine;
      this.nextLine += 1;
      if (isBlank(row)) continue;
      const place = kept.push(row) - 1;
      lines[place] = line;
      const finding = { line, row: this.rowCount + place, field: "", fatal: true };
      // Some programs end every line with a delimiter. The empty cell after it means nothing.
      const length = row.length === width + 1 && row[width]!.trim() === "" ? width : row.length;
      if (isUnclosed && index === data.length - 1) {
        const message = "a quote on this line is never closed, so the lines after it could not be read";
        broken.push({ ...finding, rule: "quotes", value: row.at(-1)!.slice(0, 40), message });
      } else if (length !== width) {
        const message = `the line has ${length} cells, the header has ${width}`;
        broken.push({ ...finding, rule: "cells", value: String(length), message });
      }
      for (let column = 0; column < width; column++) {
        const text = row[column] ?? "";
        codes[column]![place] = this.#dictionaries[column]!.code(text);
        this.nextLine += lineBreaks(text);
      }
    }

    const rows = kept.length;
    const scores = this.#score(kept, lines, broken);
    this.rowCount += rows;
    return {
      ...scores,
      rows,
      lines: lines.slice(0, rows),
      codes: codes.map((column) => column.slice(0, rows)),
      newTexts: this.#dictionaries.map((dictionary) => dictionary.takeFresh()),
    };
  }

  #score(
    rows: string[][],
    lines: Uint32Array,
    broken: Finding[],
  ): Pick<Block, "probability" | "logit" | "tier" | "findings"> {
    const columns: Record<string, string[]> = {};
    for (const [index, { name }] of this.#scorer.schema.fields.entries()) {
      const column = this.#columnOf[index]!;
      columns[name] = rows.map((row) => row[column] ?? "");
    }
    const { probability, logit, tier, problems } = this.#scorer.scoreMany(columns, { problemLimit: rows.length });

    // The cells of a broken line may be in the wrong columns, so the line gets neither a score nor
    // findings on its values.
    const unusable = new Set(broken.map(({ row }) => row));
    for (const row of unusable) {
      probability[row - this.rowCount] = NaN;
      logit[row - this.rowCount] = NaN;
      tier[row - this.rowCount] = NO_TIER;
    }
    const findings = problems
      .map(({ row, ...problem }): Finding => {
        return { ...problem, line: lines[row]!, row: this.rowCount + row, fatal: isError(problem) };
      })
      .filter(({ row }) => !unusable.has(row));
    return { probability, logit, tier, findings: [...broken, ...findings].sort((left, right) => left.row - right.row) };
  }
}
