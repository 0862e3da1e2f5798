/** Finds the strongest reasons of many customers with its own scorer. To cancel, the page ends the worker. */
import { type DictionaryColumn, load, type Scorer, TenureError } from "tenure/decide";
import { errorMessage } from "../text/failure";
import type { ReasonsReply, ReasonsRequest } from "./messages";
import { recordsOf } from "./records";

/** Customers between two replies. */
const BLOCK = 50;
const reply = (message: ReasonsReply) => self.postMessage(message);

self.addEventListener("message", async ({ data: { model, columns, count } }: MessageEvent<ReasonsRequest>) => {
  try {
    const scorer = await load(model);
    const places = new Map(scorer.schema.fields.map(({ name }, place) => [name, place]));
    const record = recordsOf(columns);
    const total = (Object.values(columns)[0] as DictionaryColumn).codes.length;
    for (let start = 0; start < total; start += BLOCK) {
      const rows = Math.min(BLOCK, total - start);
      const fields = new Uint16Array(rows * count);
      const values = new Float32Array(rows * count).fill(Number.NaN);
      for (let row = 0; row < rows; row++) {
        const strongest = contributions(scorer, record(start + row)).slice(0, count);
        for (const [place, { field, contribution }] of strongest.entries()) {
          fields[row * count + place] = places.get(field)!;
          values[row * count + place] = contribution;
        }
      }
      reply({ kind: "block", fields, contributions: values, share: (start + rows) / total });
    }
    reply({ kind: "done" });
  } catch (error) {
    reply({ kind: "failed", message: errorMessage(error) });
  }
});

/** In points, the largest first; none for a customer who cannot be scored. */
function contributions(scorer: Scorer, record: Parameters<Scorer["explain"]>[0]) {
  try {
    return scorer.explain(record, { scale: "probability" }).contributions;
  } catch (error) {
    if (error instanceof TenureError && error.code === "record_invalid") return [];
    throw error;
  }
}
