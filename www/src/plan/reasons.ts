/** Why each offer of a plan is made, computed in a worker, with progress and cancelling. */
import type { Policy, Schema } from "tenure";
import { columnsOf } from "../cohort/drivers";
import type { ScoredTable } from "../table/scored-table";
import { language } from "../text/language";
import { fieldNames } from "./cohort";
import type { AskReasons, OfferReason, ReasonsOfOffersReply } from "./messages";
import { planWorker } from "./planner";

export interface OfferReasonsRun {
  /** One for each row; `undefined` if the run was cancelled. */
  outcome: Promise<(OfferReason | undefined)[] | undefined>;
  cancel(): void;
}

/** @param offers by row: the name of its offer. */
export function reasonsOfOffers(
  model: Uint8Array,
  schema: Schema,
  policy: Policy,
  table: ScoredTable,
  rows: Uint32Array,
  offers: string[],
  onProgress: (share: number) => void,
): OfferReasonsRun {
  const worker = planWorker();
  const found: (OfferReason | undefined)[] = [];
  let cancel = () => {};
  const outcome = new Promise<(OfferReason | undefined)[] | undefined>((resolve, reject) => {
    cancel = () => resolve(undefined);
    worker.addEventListener("message", ({ data }: MessageEvent<ReasonsOfOffersReply>) => {
      if (data.kind === "failed") return reject(new Error(data.message));
      if (data.kind === "done") return resolve(found);
      found.push(...data.reasons);
      onProgress(found.length / offers.length);
    });
    worker.addEventListener("error", (event) => reject(new Error(event.message)));
    const columns = columnsOf(table, fieldNames(schema, table), rows);
    worker.postMessage({ kind: "reasons", model, policy, columns, offers, language: language() } satisfies AskReasons);
  }).finally(() => worker.terminate());
  return { outcome, cancel: () => cancel() };
}
