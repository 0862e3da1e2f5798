/** Scores the blocks of a table: each broken line and each problem of a value becomes a finding. */
import { type DictionaryColumn, isError, type Scorer } from "tenure";
import type { TableReader } from "../../wasm/tenure_table.js";
import { append, type JoinedTexts } from "./dictionary";
import { fieldColumns } from "./header";
import { type Block, type Finding, NO_TIER } from "./messages";

/** Characters of a broken line that its finding shows. */
const SHOWN = 40;

export class BlockScorer {
  readonly #reader: TableReader;
  readonly #scorer: Scorer;
  readonly #columns: CodedColumn[];
  /** Column of each field, in schema order. */
  readonly #places: number[];
  #rows = 0;

  constructor(reader: TableReader, scorer: Scorer, name: string) {
    const header = reader.columns;
    this.#reader = reader;
    this.#scorer = scorer;
    this.#places = fieldColumns(header, scorer.schema, name);
    this.#columns = header.map(() => new CodedColumn());
  }

  /** Scores the `rows` rows of the block that was read last. Broken lines get no score. */
  score(rows: number): Block {
    const reader = this.#reader;
    const lines = reader.lines();
    const columns = this.#columns.map((column, index) => {
      const codes = reader.codes(index);
      const fresh = reader.new_texts(index);
      const { text, ends } = fresh;
      fresh.free();
      column.add({ text, ends }, codes);
      return { codes, newTexts: { text, ends } };
    });
    const input = this.#scorer.schema.fields.map(({ name }, index) => [
      name,
      this.#columns[this.#places[index]!]!.ofBlock(),
    ]);
    const scores = this.#scorer.scoreMany(Object.fromEntries(input), { problemLimit: rows });
    const { probability, logit, tier } = scores;

    // The cells of a broken line may be in the wrong columns, so it gets neither a score nor
    // findings on its values.
    const broken = new Map(this.#brokenLines());
    for (const row of broken.keys()) {
      probability[row] = NaN;
      logit[row] = NaN;
      tier[row] = NO_TIER;
    }
    const place = (row: number) => ({ line: lines[row]!, row: this.#rows + row });
    const findings: Finding[] = [];
    for (const [row, message] of broken) {
      const value = this.#columns.map((column) => column.text(row)).join(reader.delimiter ?? " ");
      findings.push({ ...place(row), field: "", rule: "broken", value: value.slice(0, SHOWN), message, fatal: true });
    }
    for (const { row, ...problem } of scores.problems) {
      if (!broken.has(row)) findings.push({ ...problem, ...place(row), fatal: isError(problem) });
    }
    findings.sort((left, right) => left.row - right.row);
    this.#rows += rows;
    return {
      rows,
      lines,
      codes: columns.map(({ codes }) => codes),
      newTexts: columns.map(({ newTexts }) => newTexts),
      probability,
      logit,
      tier,
      findings,
    };
  }

  /** The broken rows of the block, each with what is wrong with it. */
  #brokenLines(): [number, string][] {
    const problems = this.#reader.broken_problems();
    return Array.from(this.#reader.broken_rows(), (row, index) => [row, problems[index]!]);
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
   * The last block as the scorer takes it. The scorer looks at every text that it is given, so it
   * is not given more than the block can have.
   */
  ofBlock(): DictionaryColumn {
    const [texts, codes, places] = [this.#texts, this.#codes, this.#places];
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
