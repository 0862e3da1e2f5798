/** The npm package in Node: `node wasm.js FOLDER` makes logits of the records that `export_rows` wrote. */

import { readFileSync } from "node:fs";
import { load } from "tenure";
import { tables, write } from "./records.js";

const [folder] = process.argv.slice(2);
for (const table of tables(folder)) {
  const scorer = await load(readFileSync(table.artifact));
  write(folder, "wasm", table, scorer.scoreMany(table.records).logit);
}
