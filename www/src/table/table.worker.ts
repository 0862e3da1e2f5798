/**
 * Reads and scores a customer table, block by block, off the page's thread and with its own scorer.
 * The worker takes one file. To cancel, the page ends the worker.
 */
import { load, TenureError } from "tenure/decide";
import { errorMessage, UnusableFile } from "../text/failure";
import { BlockScorer } from "./block-scorer";
import type { ScoreFile, TableMessage } from "./messages";
import { nextBlock, noticesOf, openTable } from "./read-file";

const send = (message: TableMessage, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

self.addEventListener("message", ({ data }: MessageEvent<ScoreFile>) => {
  score(data).catch((error: unknown) => {
    if (error instanceof UnusableFile) {
      send({ kind: "failed", failure: error.failure });
      return;
    }
    const message = error instanceof TenureError ? `${error.message} (${error.code})` : errorMessage(error);
    send({ kind: "failed", failure: { kind: "notScored", name: data.name, message } });
  });
});

async function score({ model, file, name, sheet, mapping }: ScoreFile): Promise<void> {
  const started = performance.now();
  const [scorer, reader] = await Promise.all([load(model), openTable(file, name, sheet)]);
  const { columns, delimiter, sheets } = reader;
  // The page can offer another sheet also where this one has other columns.
  send({ kind: "header", header: { columns, delimiter, sheets } });
  const blocks = new BlockScorer(reader, scorer, name, mapping);
  for (let rows = nextBlock(reader, name); rows > 0; rows = nextBlock(reader, name)) {
    const block = blocks.score(rows);
    const arrays = [block.lines, ...block.codes, block.probability, block.logit, block.tier];
    const buffers = arrays.map((array) => array.buffer as ArrayBuffer);
    send({ kind: "block", block, share: reader.share }, buffers);
  }
  const seconds = (performance.now() - started) / 1000;
  send({ kind: "done", seconds, notices: noticesOf(reader), findings: blocks.finish() });
}
