/**
 * Reads and scores a customer table, block by block, off the page's thread and with its own scorer.
 * The worker takes one file. To cancel, the page ends the worker.
 */
import { load, type Scorer, TenureError } from "tenure";
import { errorMessage, UnusableFile } from "../text/failure";
import { isBlank, lineBreaks, readRows } from "./csv";
import type { ScoreFile, TableMessage } from "./messages";
import { decode, readBytes } from "./read-file";
import { TableReader } from "./table-reader";

const send = (message: TableMessage, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

self.addEventListener("message", ({ data }: MessageEvent<ScoreFile>) => {
  score(data).catch((error: unknown) => {
    if (error instanceof UnusableFile) {
      send({ kind: "failed", failure: error.failure });
      return;
    }
    const detail = error instanceof TenureError ? `${error.message} (${error.code})` : errorMessage(error);
    send({ kind: "failed", failure: { title: `${data.name} could not be scored`, detail, missing: [] } });
  });
});

async function score({ model, file, name }: ScoreFile): Promise<void> {
  const scorer = await load(model);
  const started = performance.now();
  const { text, notices } = decode(await readBytes(file, name), name);
  let table: TableReader | undefined;

  readRows(text, ({ rows, delimiter, share, isLast, isUnclosed }) => {
    if (!table) {
      table = begin(rows, scorer, name);
      if (table) send({ kind: "header", header: table.header, delimiter, notices });
      else if (isLast)
        throw new UnusableFile(`${name} is empty`, "It has only blank lines. Choose a CSV file with a header line.");
      else return;
    }
    if (isUnclosed && rows.length === 0 && !isLast) {
      throw new UnusableFile(
        `${name} has an unclosed quote`,
        `The quote that opens on line ${table.nextLine} is not closed within 8 million characters. Close or remove it, then choose the file again.`,
      );
    }
    const block = table.block(rows, isUnclosed);
    const arrays = [block.lines, ...block.codes, block.probability, block.logit, block.tier];
    send(
      { kind: "block", block, share },
      arrays.map((array) => array.buffer as ArrayBuffer),
    );
  });

  if (!table?.rowCount)
    throw new UnusableFile(
      `${name} has no customers`,
      "It has a header line but no line after it. Add one line for each customer, then choose the file again.",
    );
  send({ kind: "done", seconds: (performance.now() - started) / 1000 });
}

/** Removes the header, which is the first row that is not blank, from the rows. */
function begin(rows: string[][], scorer: Scorer, name: string): TableReader | undefined {
  const first = rows.findIndex((row) => !isBlank(row));
  const before = rows.splice(0, first < 0 ? rows.length : first + 1);
  if (first < 0) return undefined;
  const header = before[first]!;
  return new TableReader(header, first + 1 + header.reduce((sum, cell) => sum + lineBreaks(cell), 0), scorer, name);
}
