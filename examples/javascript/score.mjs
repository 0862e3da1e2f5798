/**
 * Scores and explains one customer in Node: `node score.mjs MODEL [CUSTOMER]`.
 *
 * MODEL is an artifact that `tenure train` wrote, CUSTOMER a JSON file with a record of its fields.
 */

import { readFile } from "node:fs/promises";
import { load, TenureError } from "tenure";

const [model, file = new URL("customer.json", import.meta.url)] = process.argv.slice(2);
if (model === undefined) {
  console.error("usage: node score.mjs MODEL [CUSTOMER]");
  process.exit(2);
}
const customer = JSON.parse(await readFile(file, "utf8"));

try {
  const scorer = await load(model);
  const { probability, tier } = scorer.score(customer);
  console.log(`${(100 * probability).toFixed(1)}% ${scorer.policy.tiers[tier].label}`);
  for (const { sentence } of scorer.explain(customer).contributions.slice(0, 3)) console.log(sentence);
} catch (error) {
  if (!(error instanceof TenureError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
