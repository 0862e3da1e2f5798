/** Explains a sample of each tier with its own scorer. To cancel, the page ends the worker. */
import { load } from "tenure/decide";
import { errorMessage } from "../text/failure";
import type { PeersReply, PeersRequest } from "./messages";

const reply = (message: PeersReply) => self.postMessage(message);

self.addEventListener("message", async ({ data }: MessageEvent<PeersRequest>) => {
  const { model, columns, tiers, tierCount } = data;
  try {
    const scorer = await load(model);
    const width = scorer.schema.fields.length;
    const sums = new Float64Array(tierCount * width);
    const counts = new Uint32Array(tierCount);
    for await (const { rows, contributions } of scorer.explainMany(columns)) {
      for (const [at, row] of rows.entries()) {
        const tier = tiers[row]!;
        counts[tier]! += 1;
        for (let field = 0; field < width; field++) sums[tier * width + field]! += contributions[at * width + field]!;
      }
    }
    const means = sums.map((sum, at) => sum / counts[Math.floor(at / width)]!);
    reply({ kind: "done", means });
  } catch (error) {
    reply({ kind: "failed", message: errorMessage(error) });
  }
});
