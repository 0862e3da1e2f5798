/** The same in CommonJS. */

import { load, TenureError } from "tenure";
import { load as decider } from "tenure/decide";
import { createHandler } from "tenure/edge";
import { german } from "tenure/german";
import { model, records } from "tenure/testing";

export async function score(): Promise<number | string> {
  try {
    const scorer = await load(model, { locale: german });
    return scorer.score(records[0] ?? {}).probability;
  } catch (error) {
    return error instanceof TenureError ? error.code : "unknown";
  }
}

export const decide = async () => (await decider(model)).decide(records[0] ?? {}).actions.length;

export const handle = createHandler({ scorer: load(model) });
