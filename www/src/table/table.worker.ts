/**
 * Reads and scores a customer table, block by block, off the page's thread and with its own scorer.
 * The worker takes one file. To cancel, the page ends the worker.
 */
import { load, TenureError } from "tenure";
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
    const detail = error instanceof TenureError ? `${error.message} (${error.code})` : errorMessage(error);
    send({ kind: "failed", failure: { title: `${data.name} could not be scored`, detail, missing: [] } });
  });
});

async function score({ model, file, name }: ScoreFile): Promise<void> {
  const started = performance.now();
  const [scorer, reader] = await Promise.all([load(model), openTable(file, name)]);
  const blocks = new BlockScorer(reader, scorer, name);
  // A table that is written as text again has commas, if it was a sheet.
  send({ kind: "header", header: reader.columns, delimiter: reader.delimiter ?? "," });
  for (let rows = nextBlock(reader, name); rows > 0; rows = nextBlock(reader, name)) {
    const block = blocks.score(rows);
    const arrays = [block.lines, ...block.codes, block.probability, block.logit, block.tier];
    const buffers = arrays.map((array) => array.buffer as ArrayBuffer);
    send({ kind: "block", block, share: reader.share }, buffers);
  }
  send({ kind: "done", seconds: (performance.now() - started) / 1000, notices: noticesOf(reader) });
}
