/** A scored file in memory: columns, scores, ranks and findings. */
import type { Schema } from "tenure";
import { append, type Column, join } from "./dictionary";
import { type Block, type Finding, type Findings, type Mapping, NO_TIER } from "./messages";

export interface TableFacts {
  name: string;
  /** What stands between two cells of the file; nothing for a sheet. */
  delimiter: string | undefined;
  /** The sheets of a workbook, and the one that is read; none for text. */
  sheets: string[];
  sheet: string | undefined;
  notices: string[];
  seconds: number;
}

export class ScoredTable {
  readonly facts: TableFacts;
  readonly rowCount: number;
  readonly columns: Column[];
  readonly probability: Float32Array;
  /**
   * The score before calibration. Rows are ranked by it, because calibration can give different
   * logits one probability.
   */
  readonly logit: Float32Array;
  readonly tier: Uint8Array;
  readonly lines: Uint32Array;
  /** All rows, the highest risk first and rows without a score last. */
  readonly byRisk: Uint32Array;
  /** Place of each row in `byRisk`, counting from 1. */
  readonly rank: Uint32Array;
  readonly findings: Finding[];
  /** The problems of values, by field and rule. */
  readonly summary: Findings["summary"];
  /** Fields that are not as in training. */
  readonly shifts: Findings["shifts"];
  readonly fatalRows: number;
  /**
   * Rows of broken lines. Their cells may be in the wrong columns.
   */
  readonly brokenRows: ReadonlySet<number>;
  readonly noteCount: number;
  readonly tierCounts: number[];
  readonly scoredCount: number;
  /** The sum of the probabilities: how many customers are expected to leave. */
  readonly expected: number;
  readonly #schema: Schema;
  readonly #findingTexts: ReadonlyMap<number, string>;
  readonly #columnOf = new Map<string, Column>();

  constructor(
    schema: Schema,
    tierCount: number,
    facts: TableFacts,
    collected: CollectedBlocks,
    { findings, summary, shifts }: Findings,
    mapping: Mapping,
  ) {
    this.#schema = schema;
    this.facts = facts;
    const { blocks } = collected;
    this.rowCount = collected.rows;
    const joined = <A extends Float32Array | Uint32Array | Uint8Array>(part: (block: Block) => A, whole: A) =>
      join(blocks.map(part), whole);
    this.columns = collected.header.map((name, column) => ({
      name,
      codes: joined(({ codes }) => codes[column]!, new Uint32Array(this.rowCount)),
      texts: collected.texts[column]!,
    }));
    for (const column of this.columns) if (!this.#columnOf.has(column.name)) this.#columnOf.set(column.name, column);
    // All at once, because two columns may have each other's names.
    const mapped = Object.entries(mapping).map(([field, column]) => [field, this.#columnOf.get(column)!] as const);
    for (const [field, column] of mapped) this.#columnOf.set(field, column);

    this.probability = joined(({ probability }) => probability, new Float32Array(this.rowCount));
    this.logit = joined(({ logit }) => logit, new Float32Array(this.rowCount));
    this.tier = joined(({ tier }) => tier, new Uint8Array(this.rowCount));
    this.lines = joined(({ lines }) => lines, new Uint32Array(this.rowCount));
    this.findings = findings;
    this.summary = summary;
    this.shifts = shifts;
    this.fatalRows = collected.fatalRows;
    this.brokenRows = new Set(findings.filter(({ field }) => field === "").map(({ row }) => row));
    this.noteCount = findings.filter(({ fatal }) => !fatal).length;
    this.#findingTexts = textsByRow(findings);

    this.tierCounts = new Array<number>(tierCount).fill(0);
    let expected = 0;
    for (let row = 0; row < this.rowCount; row++) {
      const tier = this.tier[row]!;
      if (tier === NO_TIER) continue;
      this.tierCounts[tier]! += 1;
      expected += this.probability[row]!;
    }
    this.expected = expected;
    this.scoredCount = this.tierCounts.reduce((sum, count) => sum + count, 0);

    this.byRisk = ordered(this.rowCount, this.logit, -1);
    this.rank = new Uint32Array(this.rowCount);
    for (let place = 0; place < this.rowCount; place++) this.rank[this.byRisk[place]!] = place + 1;
  }

  column(name: string): Column | undefined {
    return this.#columnOf.get(name);
  }

  text(row: number, name: string): string {
    const column = this.#columnOf.get(name);
    return column ? column.texts[column.codes[row]!]! : "";
  }

  /**
   * The first identifier of the schema that the file has. Without one, a row is named by its line.
   */
  get identifier(): string | undefined {
    return this.#schema.identifiers?.find((name) => this.#columnOf.has(name));
  }

  /** What the identifier calls the customer of a row; `undefined` without one. */
  customerName(row: number): string | undefined {
    return (this.identifier && this.text(row, this.identifier)) || undefined;
  }

  /** What a record of the file is called: a workbook has rows, a text file has lines. */
  get unit(): "line" | "row" {
    return this.facts.delimiter === undefined ? "row" : "line";
  }

  /** The row's texts by field, as the scorer takes them. */
  record(row: number): Record<string, string> {
    return Object.fromEntries(this.#schema.fields.map((field) => [field.name, this.text(row, field.name)]));
  }

  /** All findings in a row, as text. */
  findingsOf(row: number): string {
    return this.#findingTexts.get(row) ?? "";
  }

  isScored(row: number): boolean {
    return this.tier[row] !== NO_TIER;
  }
}

/** Collects the worker's blocks until the whole file is read. */
export class CollectedBlocks {
  header: string[] = [];
  readonly blocks: Block[] = [];
  readonly texts: string[][] = [];
  rows = 0;
  fatalRows = 0;

  begin(header: string[]): void {
    this.header = header;
    for (const _ of header) this.texts.push([]);
  }

  add(block: Block): void {
    this.blocks.push(block);
    this.rows += block.rows;
    this.fatalRows += block.fatalRows;
    for (const [column, fresh] of block.newTexts.entries()) append(fresh, this.texts[column]!);
  }
}

/** The findings of each row that has any, as one text. */
function textsByRow(findings: readonly Finding[]): Map<number, string> {
  const texts = new Map<number, string>();
  for (const { row, field, message } of findings) {
    const before = texts.get(row);
    texts.set(row, `${before ? `${before}; ` : ""}${field ? `${field}: ` : ""}${message}`);
  }
  return texts;
}

/** Rows sorted by `keys`. The sort is stable, and NaN comes last in both directions. */
export function ordered(rows: number, keys: ArrayLike<number>, direction: 1 | -1): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, row) => row);
  return order.sort((left, right) => {
    const a = keys[left]!;
    const b = keys[right]!;
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || left - right;
    return direction * (a - b) || left - right;
  });
}
