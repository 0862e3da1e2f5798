/** Scores the blocks of a table: each broken row and each problem of a value becomes a finding. */
import { type BlockScores, type DictionaryColumn, isError, type Scorer, type BlockScorer as TableScorer } from "tenure";
import type { TableReader } from "../../wasm/tenure_table.js";
import { append, type JoinedTexts } from "./dictionary";
import { fieldColumns } from "./header";
import { type Block, type Finding, type Findings, type Mapping, NO_TIER } from "./messages";

/** Characters of a broken row that its finding shows. */
const SHOWN = 40;

export class BlockScorer {
  readonly #reader: TableReader;
  readonly #scorer: Scorer;
  readonly #table: TableScorer;
  readonly #columns: CodedColumn[];
  /** Column of each field, in schema order. */
  readonly #places: number[];
  readonly #broken: Finding[] = [];
  #rows = 0;

  constructor(reader: TableReader, scorer: Scorer, name: string, mapping: Mapping) {
    const header = reader.columns;
    this.#reader = reader;
    this.#scorer = scorer;
    this.#places = fieldColumns(header, scorer.schema, name, mapping);
    this.#columns = header.map(() => new CodedColumn());
    // The export has the problems of every row.
    this.#table = scorer.scoreBlocks({ problemLimit: Number.POSITIVE_INFINITY });
  }

  /** Scores the `rows` rows of the block that was read last. Broken rows get no score. */
  score(rows: number): Block {
    const reader = this.#reader;
    const columns = this.#columns.map((column, index) => {
      const codes = reader.codes(index);
      const fresh = reader.new_texts(index);
      const { text, ends } = fresh;
      fresh.free();
      column.add({ text, ends }, codes);
      return { codes, newTexts: { text, ends } };
    });
    const broken = this.#brokenRows();
    const scores = this.#scored(rows, new Set(broken));
    this.#rows += rows;
    return {
      rows,
      fatalRows: scores.errorCount + broken.length,
      lines: reader.lines(),
      codes: columns.map(({ codes }) => codes),
      newTexts: columns.map(({ newTexts }) => newTexts),
      probability: scores.probability,
      logit: scores.logit,
      tier: scores.tier,
    };
  }

  /** What is wrong in all rows. Ends the table. */
  finish(): Findings {
    const { problems, summary, shifts } = this.#table.finish();
    const findings: Finding[] = [];
    let next = 0;
    // The scorer counts the rows that it was given: those that are not broken.
    const takeBroken = (scored: number) => {
      while (next < this.#broken.length && this.#broken[next]!.row <= scored + next)
        findings.push(this.#broken[next++]!);
    };
    for (const { row, ...problem } of problems) {
      takeBroken(row);
      findings.push({ ...problem, row: row + next, fatal: isError(problem) });
    }
    takeBroken(Number.POSITIVE_INFINITY);
    return { findings, summary, shifts };
  }

  /**
   * The scores of the block. The cells of a broken row may be in the wrong columns, so the scorer
   * does not see it, and its values count nowhere.
   */
  #scored(rows: number, broken: ReadonlySet<number>): Omit<BlockScores, "flags"> {
    const kept =
      broken.size === 0
        ? undefined
        : Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => !broken.has(row));
    const input = this.#scorer.schema.fields.map(({ name }, index) => [
      name,
      this.#columns[this.#places[index]!]!.ofBlock(kept),
    ]);
    const scores = this.#table.score(Object.fromEntries(input));
    if (!kept) return scores;
    const probability = new Float32Array(rows).fill(Number.NaN);
    const logit = new Float32Array(rows).fill(Number.NaN);
    const tier = new Uint8Array(rows).fill(NO_TIER);
    for (const [place, row] of kept.entries()) {
      probability[row] = scores.probability[place]!;
      logit[row] = scores.logit[place]!;
      tier[row] = scores.tier[place]!;
    }
    return { probability, logit, tier, errorCount: scores.errorCount };
  }

  /** Records the broken rows of the block, and returns them. */
  #brokenRows(): number[] {
    const reader = this.#reader;
    const problems = reader.broken_problems();
    const rows = [...reader.broken_rows()];
    for (const [index, row] of rows.entries()) {
      const value = this.#columns.map((column) => column.text(row)).join(reader.delimiter ?? " ");
      this.#broken.push({
        row: this.#rows + row,
        field: "",
        rule: "broken",
        value: value.slice(0, SHOWN),
        message: problems[index]!,
        fatal: true,
      });
    }
    return rows;
  }
}

/** All distinct texts of a column so far, and the codes of the last block. */
class CodedColumn {
  readonly #texts: string[] = [];
  #codes: Uint32Array = new Uint32Array();
  /** Where each text stood among the texts of the last block that had it. */
  readonly #places: number[] = [];

  add(fresh: JoinedTexts, codes: Uint32Array): void {
    append(fresh, this.#texts);
    this.#codes = codes;
  }

  text(row: number): string {
    return this.#texts[this.#codes[row]!]!;
  }

  /**
   * The rows of the last block that are kept, by default all, as the scorer takes them. The scorer
   * looks at every text that it is given, so it is not given more than the block can have.
   */
  ofBlock(kept?: Uint32Array): DictionaryColumn {
    const [texts, places] = [this.#texts, this.#places];
    const codes = kept ? kept.map((row) => this.#codes[row]!) : this.#codes;
    if (texts.length <= codes.length) return { codes, categories: texts };
    const own = new Uint32Array(codes.length);
    const used: number[] = [];
    for (const [row, code] of codes.entries()) {
      let place = places[code] ?? 0;
      if (used[place] !== code) {
        place = used.push(code) - 1;
        places[code] = place;
      }
      own[row] = place;
    }
    return { codes: own, categories: used.map((code) => texts[code]!) };
  }
}
