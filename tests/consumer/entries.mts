/** A TypeScript user of every entry: compiled against the installed package, also without `DOM`. */

import { load, type Scorer, TenureError } from "tenure";
import { type Decision, load as decider, type Plan } from "tenure/decide";
import { load as inlineDecider } from "tenure/decide/inline";
import { createHandler } from "tenure/edge";
import { german } from "tenure/german";
import { gpu } from "tenure/gpu";
import { load as inline, wasm } from "tenure/inline";
import { createPool, type Pool } from "tenure/pool";
import { load as slim } from "tenure/slim";
import { load as source } from "tenure/source";
import { type ScoreStream, scoreStream } from "tenure/stream";
import { model, records, sampleRecords } from "tenure/testing";

export async function all(): Promise<[readonly Scorer[], Pool]> {
  const scorers = await Promise.all([
    load(model, { locale: german, device: "auto", gpu }),
    inline(model),
    slim(model, { wasm: wasm() }),
    source(model),
  ]);
  const pool = await createPool(model, { size: 1, worker: "/worker.js" });
  const [first] = sampleRecords(scorers[0].schema, 1);
  if (first !== undefined) await pool.score(first);
  return [scorers, pool];
}

export async function decide(): Promise<[Decision, Plan]> {
  const [scorer, inline] = await Promise.all([decider(model), inlineDecider(model, { locale: german })]);
  return [scorer.decide(records[0] ?? {}, { identifier: "1", reasons: 2 }), inline.plan(records, { budget: 1000 })];
}

export const deciding = createHandler({ scorer: decider(model) });

// @ts-expect-error slim needs the module
export const refused = () => slim(model);

export const stream = async (): Promise<ScoreStream> => scoreStream(await load(model), { format: "csv" });
export const handle = createHandler({ scorer: load(model) });
export const isOurs = (error: unknown): error is TenureError => error instanceof TenureError;
export const count: number = records.length;
