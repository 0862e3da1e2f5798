/**
 * What the runners in JavaScript of `cargo xtask parity` share: the records that `export_rows` wrote, and the file
 * of logits.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Each model with each kind of its records. */
export function* tables(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const model = file.slice(0, -".json".length);
    const { fields } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    for (const kind of ["texts", "typed"]) {
      const numbers = new Set(kind === "typed" ? fields.filter(([, is]) => is === "number").map(([name]) => name) : []);
      const lines = readFileSync(join(folder, `${model}.${kind}.ndjson`), "utf8").split("\n");
      const records = lines.filter((line) => line !== "").map((line) => record(JSON.parse(line), numbers));
      yield { model, kind, records, artifact: join(folder, `${model}.safetensors`) };
    }
  }
}

/** JSON has no infinities, so numbers are written as texts. */
function record({ id, ...cells }, numbers) {
  for (const name of numbers) if (cells[name] !== null) cells[name] = number(cells[name]);
  return cells;
}

const number = (text) => Number(text.replace("inf", "Infinity"));

/** Writes FOLDER/logits/RUNNER/MODEL.KIND: a line for each record, with the logit, or `refused` for NaN. */
export function write(folder, runner, { model, kind }, logits) {
  const place = join(folder, "logits", runner);
  mkdirSync(place, { recursive: true });
  const lines = Array.from(logits, (logit) => (Number.isNaN(logit) ? "refused" : String(logit)));
  writeFileSync(join(place, `${model}.${kind}`), `${lines.join("\n")}\n`);
}

/** Says why a runner writes no logits. */
export function writeMissing(folder, runner, reason) {
  mkdirSync(join(folder, "logits", runner), { recursive: true });
  writeFileSync(join(folder, "logits", runner, "missing"), reason);
}
