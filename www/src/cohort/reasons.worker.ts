/**
 * Finds the strongest reasons of many customers, or what those of a tier have in common, with its own
 * scorer. To cancel, the page ends the worker.
 */
import { type DictionaryColumn, load, type Scorer, TenureError } from "tenure/decide";
import { errorMessage } from "../text/failure";
import type { PeersReply, PeersRequest, ReasonsReply, ReasonsRequest } from "./messages";
import { recordsOf } from "./records";

/** Customers between two replies. */
const BLOCK = 50;
const reply = (message: ReasonsReply | PeersReply) => self.postMessage(message);

self.addEventListener("message", ({ data }: MessageEvent<ReasonsRequest | PeersRequest>) => {
  answer(data).catch((error: unknown) => reply({ kind: "failed", message: errorMessage(error) }));
});

async function answer(request: ReasonsRequest | PeersRequest): Promise<void> {
  const scorer = await load(request.model);
  if ("tiers" in request) reply({ kind: "means", means: await tierMeans(scorer, request) });
  else findReasons(scorer, request);
}

function findReasons(scorer: Scorer, { columns, count }: ReasonsRequest): void {
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
}

/** `[tiers, fields]`: mean contributions in log-odds; NaN for a tier without customers. */
async function tierMeans(scorer: Scorer, { columns, tiers, tierCount }: PeersRequest): Promise<Float64Array> {
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
  return sums.map((sum, at) => sum / counts[Math.floor(at / width)]!);
}

/** In points, the largest first; none for a customer who cannot be scored. */
function contributions(scorer: Scorer, record: Parameters<Scorer["explain"]>[0]) {
  try {
    return scorer.explain(record, { scale: "probability" }).contributions;
  } catch (error) {
    if (error instanceof TenureError && error.code === "record_invalid") return [];
    throw error;
  }
}
