/** The native command beside the native onnxruntime, both on two threads. */

import { spawnSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROWS = 200_000;

/** Writes a table that repeats the rows of the given one. */
export function longTable(path, folder) {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  const [header, ...rows] = lines;
  const out = join(folder, "long.csv");
  const text = [header];
  for (let row = 0; row < ROWS; row++) text.push(rows[row % rows.length]);
  writeFileSync(out, `${text.join("\n")}\n`);
  return out;
}

/**
 * Rows per second of `tenure score` from process start to exit: reading, checking, scoring and
 * writing CSV.
 */
export function nativeScore({ tenure, model, table, folder }) {
  const out = join(folder, "scored.csv");
  const env = { ...process.env, RAYON_NUM_THREADS: "2" };
  const begin = performance.now();
  const { status, stderr, error } = spawnSync(
    tenure,
    ["score", model, "--data", table, "--out", out, "--force", "--quiet"],
    { env, encoding: "utf8" },
  );
  const seconds = (performance.now() - begin) / 1000;
  if (error) throw error;
  if (status !== 0 || statSync(out).size === 0) throw new Error(`tenure score ended with ${status}: ${stderr}`);
  return { rows: ROWS, seconds, rows_per_s: ROWS / seconds };
}

/**
 * Rows per second of columns that are in memory: checks, encoding and scores, on two threads; and what
 * counting a profile adds to a row, as a share of scoring it.
 */
export function nativeColumns({ columns, model }) {
  const { status, stdout, stderr, error } = spawnSync(columns, [model, "1000000", "2"], { encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`columns ended with ${status}: ${stderr}`);
  const { rows_per_s, profile_ratio } = JSON.parse(stdout);
  return { rows_per_s, profile_ratio };
}
