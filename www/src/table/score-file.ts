/**
 * Scores one file in a table worker of its own and reports progress. Cancelling ends the worker.
 */
import type { Schema } from "tenure";
import type { FileFailure } from "../text/failure";
import type { ScoreFile, TableMessage } from "./messages";
import { CollectedBlocks, ScoredTable } from "./scored-table";

export interface Progress {
  name: string;
  /** Share of the file read, 0 to 1. */
  share: number;
  rows: number;
  rowsPerSecond: number;
  fatalRows: number;
}

export type Outcome = { table: ScoredTable } | { failure: FileFailure } | { cancelled: true };

export interface Run {
  outcome: Promise<Outcome>;
  cancel(): void;
}

export function scoreFile(
  model: Uint8Array,
  schema: Schema,
  tierCount: number,
  file: Blob,
  name: string,
  onProgress: (progress: Progress) => void,
): Run {
  const worker = new Worker(new URL("./table.worker.ts", import.meta.url), { type: "module", name: "table" });
  const collected = new CollectedBlocks();
  let cancel = () => {};

  const outcome = new Promise<Outcome>((resolve) => {
    const started = performance.now();
    let delimiter = ",";
    cancel = () => resolve({ cancelled: true });
    worker.addEventListener("error", (event) => {
      resolve({
        failure: {
          title: `${name} could not be scored`,
          detail: event.message || "The worker did not start. Reload the page and try again.",
          missing: [],
        },
      });
    });
    worker.addEventListener("message", ({ data }: MessageEvent<TableMessage>) => {
      switch (data.kind) {
        case "header":
          ({ delimiter } = data);
          collected.begin(data.header);
          return;
        case "block": {
          collected.add(data.block);
          const { rows, fatalRows } = collected;
          const seconds = (performance.now() - started) / 1000;
          onProgress({ name, share: data.share, rows, rowsPerSecond: rows / seconds, fatalRows });
          return;
        }
        case "done":
          return resolve({
            table: new ScoredTable(
              schema,
              tierCount,
              { name, delimiter, notices: data.notices, seconds: data.seconds },
              collected,
            ),
          });
        case "failed":
          return resolve({ failure: data.failure });
      }
    });
    worker.postMessage({ model, file, name } satisfies ScoreFile);
  }).finally(() => worker.terminate());

  return { outcome, cancel: () => cancel() };
}
