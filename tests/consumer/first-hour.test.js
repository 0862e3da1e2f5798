/**
 * The first hour with one's own table: the README's commands as written, from `tenure init` on,
 * then the artifact in the installed package. Five tables of different shape.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { installedApp } from "./pack.js";
import { csv, parquet, tables } from "./tables.js";

const TENURE = process.env["TENURE_COMMAND"];
const ROOT = new URL("../../", import.meta.url);
/** The command takes every variable whose name begins with TENURE_ for its configuration. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TENURE_")));

/** The commands that a document shows, each as its words. */
function commands(document) {
  const text = readFileSync(new URL(document, ROOT), "utf8");
  const lines = [...text.matchAll(/^ {4}tenure (.*?)(?: +#.*)?$/gm)].map(([, line]) => line);
  return lines.map((line) => line.trim().split(/ +/));
}

const shown = commands("README.md");
function tenure(folder, words) {
  const { status, stdout, stderr } = spawnSync(TENURE, ["--quiet", ...words], { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, `tenure ${words.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

test("the README shows the way from a table to scores", () => {
  assert.deepEqual(
    shown.map(([command]) => command),
    ["init", "check", "train", "explain", "report", "score"],
  );
});

for (const [name, { rows, target, delimiter }] of Object.entries(tables)) {
  test(`${name}: the README's commands, and the package`, async (context) => {
    const { folder, remove } = installedApp({ models: [] });
    context.after(remove);
    const write = (file, part) => writeFileSync(join(folder, file), csv(part, delimiter));
    write("customers.csv", rows.slice(0, 500));
    write("held_out.csv", rows.slice(500));
    writeFileSync(join(folder, "all.parquet"), parquet(rows));
    // The commands are what is tested here, so the quickest teacher is enough.
    writeFileSync(join(folder, "tenure.toml"), '[train]\nmodel = "linear"\n');
    for (const words of shown) {
      const printed = tenure(
        folder,
        words.map((word) => (word === "Churn" ? target : word)),
      );
      if (words[0] === "explain") assert.match(printed, /risk of leaving/);
    }
    assert.match(readFileSync(join(folder, "report.html"), "utf8"), /<html/);

    // The command and the package agree on every row.
    const [header, ...scored] = readFileSync(join(folder, "scored.csv"), "utf8").trimEnd().split("\n");
    // At commas outside of quotes; no cell has a line break.
    const cells = (line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
    const place = cells(header).indexOf("probability");
    writeFileSync(join(folder, "rows.json"), JSON.stringify(rows));
    writeFileSync(join(folder, "score.js"), PROGRAM);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["score.js"], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const probabilities = JSON.parse(stdout);
    assert.equal(scored.length, rows.length);
    for (const [row, line] of scored.entries()) {
      const written = Number(cells(line)[place]);
      assert.ok(Math.abs(written - probabilities[row]) < 1e-5, `row ${row}: ${written} ${probabilities[row]}`);
    }
  });
}

/** Scores the rows as records, one by one and as a table, and explains one. */
const PROGRAM = `
import { readFileSync } from "node:fs";
import { load } from "tenure";

const scorer = await load("model.safetensors");
const rows = JSON.parse(readFileSync("rows.json", "utf8"));
const { probability, errorCount } = scorer.scoreMany(rows);
if (errorCount > 0) throw new Error("rows have errors");
for (const [row, record] of rows.entries()) {
  if (Math.fround(scorer.score(record).probability) !== probability[row]) throw new Error(\`row \${row} differs\`);
}
if (scorer.explain(rows[17]).contributions.length !== scorer.schema.fields.length) throw new Error("no explanation");
console.log(JSON.stringify([...probability]));
`;
