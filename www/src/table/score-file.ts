/**
 * Scores one file in a table worker of its own and reports progress. Cancelling ends the worker.
 */
import type { Schema } from "tenure";
import type { Failure } from "../text/failure";
import type { Header, ScoreFile, TableMessage } from "./messages";
import { CollectedBlocks, ScoredTable } from "./scored-table";

export interface Progress {
  name: string;
  /** Share of the file read, 0 to 1. */
  share: number;
  rows: number;
  rowsPerSecond: number;
  fatalRows: number;
  isSheet: boolean;
}

/** `sheets` are those of a workbook whose chosen sheet failed. */
export type Outcome = { table: ScoredTable } | { failure: Failure; sheets: string[] } | { cancelled: true };

export interface Run {
  outcome: Promise<Outcome>;
  cancel(): void;
}

export function scoreFile(
  request: ScoreFile,
  schema: Schema,
  tierCount: number,
  onProgress: (progress: Progress) => void,
): Run {
  const { name, sheet, mapping } = request;
  const worker = new Worker(new URL("./table.worker.ts", import.meta.url), { type: "module", name: "table" });
  const collected = new CollectedBlocks();
  let cancel = () => {};

  const outcome = new Promise<Outcome>((resolve) => {
    const started = performance.now();
    let header: Header = { columns: [], delimiter: ",", sheets: [] };
    const fail = (failure: Failure) => resolve({ failure, sheets: header.sheets });
    cancel = () => resolve({ cancelled: true });
    worker.addEventListener("error", ({ message }) => {
      fail(message ? { kind: "notScored", name, message } : { kind: "noWorker", name });
    });
    worker.addEventListener("message", ({ data }: MessageEvent<TableMessage>) => {
      switch (data.kind) {
        case "header":
          ({ header } = data);
          collected.begin(header.columns);
          return;
        case "block": {
          collected.add(data.block);
          const { rows, fatalRows } = collected;
          const seconds = (performance.now() - started) / 1000;
          const isSheet = header.delimiter === undefined;
          onProgress({ name, share: data.share, rows, rowsPerSecond: rows / seconds, fatalRows, isSheet });
          return;
        }
        case "done": {
          const { delimiter, sheets } = header;
          const { seconds, notices, findings } = data;
          const facts = { name, delimiter, sheets, sheet: sheet ?? sheets[0], notices, seconds };
          return resolve({ table: new ScoredTable(schema, tierCount, facts, collected, findings, mapping) });
        }
        case "failed":
          return fail(data.failure);
      }
    });
    worker.postMessage(request);
  }).finally(() => worker.terminate());

  return { outcome, cancel: () => cancel() };
}
