/** Finds the strongest reasons of many customers with its own scorer. To cancel, the page ends the worker. */
import { load } from "tenure/decide";
import { errorMessage } from "../text/failure";
import type { ReasonsReply, ReasonsRequest } from "./messages";

const reply = (message: ReasonsReply) => self.postMessage(message);

self.addEventListener("message", async ({ data: { model, columns, count } }: MessageEvent<ReasonsRequest>) => {
  try {
    const scorer = await load(model);
    const width = scorer.schema.fields.length;
    const order = Array.from({ length: width }, (_, field) => field);
    for await (const { rows, contributions, done, total } of scorer.explainMany(columns)) {
      const fields = new Uint16Array(rows.length * count);
      const values = new Float32Array(rows.length * count).fill(Number.NaN);
      for (let row = 0; row < rows.length; row++) {
        const own = contributions.subarray(row * width, (row + 1) * width);
        const strongest = order.toSorted((left, right) => Math.abs(own[right]!) - Math.abs(own[left]!)).slice(0, count);
        for (const [place, field] of strongest.entries()) {
          fields[row * count + place] = field;
          values[row * count + place] = own[field]!;
        }
      }
      reply({ kind: "block", fields, contributions: values, share: done / total });
    }
    reply({ kind: "done" });
  } catch (error) {
    reply({ kind: "failed", message: errorMessage(error) });
  }
});
