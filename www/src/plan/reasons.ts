/** Why each offer of a plan is made, computed in a worker, with progress and cancelling. */
import type { Policy } from "tenure";
import { columnsOf } from "../cohort/drivers";
import type { ScoredTable } from "../table/scored-table";
import { language } from "../text/language";
import type { Model } from "../workspace/model";
import { fieldNames } from "./cohort";
import type { AskReasons, OfferReason, ReasonsOfOffersReply } from "./messages";

export interface OfferReasonsRun {
  /** One for each row; `undefined` if the run was cancelled. */
  outcome: Promise<(OfferReason | undefined)[] | undefined>;
  cancel(): void;
}

/** @param offers by row: the name of its offer. */
export function reasonsOfOffers(
  { bytes, scorer }: Model,
  policy: Policy,
  table: ScoredTable,
  rows: Uint32Array,
  offers: string[],
  onProgress: (share: number) => void,
): OfferReasonsRun {
  const worker = new Worker(new URL("./reasons.worker.ts", import.meta.url), { type: "module", name: "offers" });
  const found: (OfferReason | undefined)[] = [];
  let cancel = () => {};
  const outcome = new Promise<(OfferReason | undefined)[] | undefined>((resolve, reject) => {
    cancel = () => resolve(undefined);
    worker.addEventListener("message", ({ data }: MessageEvent<ReasonsOfOffersReply>) => {
      if (data.kind === "failed") return reject(new Error(data.message));
      if (data.kind === "done") return resolve(found);
      found.push(...data.reasons);
      onProgress(data.share);
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    const columns = columnsOf(table, fieldNames(scorer.schema, table), rows);
    worker.postMessage({ model: bytes, policy, columns, offers, language: language() } satisfies AskReasons);
  }).finally(() => worker.terminate());
  return { outcome, cancel: () => cancel() };
}
