/**
 * What sets a customer apart from the others of the same tier. All customers of a tier share the large
 * reasons for being in it, so a list of those says the same in each row.
 */
import type { Contribution, Explanation, Schema } from "tenure";
import type { ScoredTable } from "../table/scored-table";
import { columnsOf } from "./drivers";
import type { PeersReply, PeersRequest } from "./messages";

/** The most customers of a tier whose contributions make its mean. */
const SAMPLE = 50;
/** A contribution, in log-odds, that differs by less from the mean sets nobody apart. */
const LEAST = 0.01;

/** By tier, the mean contribution of each field in log-odds. */
export class Peers {
  readonly #places: ReadonlyMap<string, number>;
  readonly #means: Float64Array;

  constructor({ fields }: Schema, means: Float64Array) {
    this.#places = new Map(fields.map(({ name }, place) => [name, place]));
    this.#means = means;
  }

  /**
   * The contribution that differs most from its mean in the tier, with the difference; for a customer
   * who is as the tier is, the largest in the direction in which the score differs from the reference.
   */
  strongest({ tier, base, logit, contributions }: Explanation): Contribution | undefined {
    const apart = contributions.map((own) => {
      const mean = this.#means[tier * this.#places.size + this.#places.get(own.field)!]!;
      return { ...own, contribution: own.contribution - mean };
    });
    const size = ({ contribution }: Contribution) => Math.abs(contribution);
    const most = apart.reduce((one, other) => (size(other) > size(one) ? other : one));
    if (size(most) >= LEAST) return most;
    return contributions.find(({ contribution }) => contribution > 0 === logit > base);
  }
}

export interface PeersRun {
  /** `undefined` if the run was cancelled, or failed. */
  outcome: Promise<Peers | undefined>;
  cancel(): void;
}

/** Finds the means in a worker. */
export function findPeers(model: Uint8Array, schema: Schema, table: ScoredTable): PeersRun {
  const worker = new Worker(new URL("./reasons.worker.ts", import.meta.url), { type: "module", name: "peers" });
  const rows = sample(table);
  let cancel = () => {};
  const outcome = new Promise<Peers | undefined>((resolve) => {
    cancel = () => resolve(undefined);
    worker.addEventListener("message", ({ data }: MessageEvent<PeersReply>) =>
      resolve(data.kind === "means" ? new Peers(schema, data.means) : undefined),
    );
    worker.addEventListener("error", () => resolve(undefined));
    worker.postMessage({
      model,
      columns: columnsOf(table, schema.fields, rows),
      tiers: Uint8Array.from(rows, (row) => table.tier[row]!),
      tierCount: table.tierCounts.length,
    } satisfies PeersRequest);
  }).finally(() => worker.terminate());
  return { outcome, cancel: () => cancel() };
}

/** Rows of each tier, evenly spread over its risks. Ranked by risk, the rows of a tier are neighbours. */
function sample({ byRisk, tierCounts }: ScoredTable): Uint32Array {
  let end = tierCounts.reduce((sum, count) => sum + count, 0);
  return Uint32Array.from(
    tierCounts.flatMap((count) => {
      const start = end - count;
      end = start;
      const taken = Math.min(SAMPLE, count);
      return Array.from({ length: taken }, (_, at) => byRisk[start + Math.floor(((at + 0.5) * count) / taken)]!);
    }),
  );
}
