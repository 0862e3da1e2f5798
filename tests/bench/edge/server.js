/**
 * The server of the benchmark and of the soak, a process of its own. `--swap 1` swaps between two versions
 * every second. It prints its port; for each line on standard input it prints its memory as JSON, after the
 * garbage is collected.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { createHandler } from "tenure/edge";
import { serve } from "tenure/edge/node";
import { createRollout } from "tenure/edge/rollout";
import { model as small } from "tenure/testing";
import { readArguments } from "../arguments.js";

const { model, swap } = readArguments(["model"]);
const bytes = readFileSync(model);
let swaps = 0;

function rollout() {
  const sources = [bytes, small];
  const version = (number) => ({ name: "churn", version: String(number), source: sources[number % 2] });
  const models = createRollout({ models: [version(0)], aliases: { champion: "churn@0" } });
  const swapped = async () => {
    const before = swaps;
    await models.put(version(before + 1));
    await models.point("champion", `churn@${before + 1}`);
    // The first is the default, which stays.
    if (before > 0) models.remove(`churn@${before}`);
    swaps = before + 1;
    setTimeout(swapped, 1000).unref();
  };
  setTimeout(swapped, 1000).unref();
  return models;
}

const source = swap === undefined ? { artifact: bytes } : { models: rollout() };
const running = await serve(createHandler({ ...source, identify: swap !== undefined }), { port: 0 });
console.log(running.server.address().port);

for await (const _ of createInterface({ input: process.stdin })) {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ rss, heap: heapUsed, external, swaps }));
}
process.exit(0);
