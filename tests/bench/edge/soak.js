/**
 * The handler under load, for `cargo xtask soak edge`: 200,000 requests over 64 connections, 1% of them with a
 * bad body, 0.5% that leave in the middle, and another model every second. It fails for a 5xx, a wrong answer,
 * and for memory that grows.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { load } from "tenure";
import { model as small } from "tenure/testing";
import { readArguments } from "../arguments.js";
import { readDocument } from "../artifact.js";
import { readRecords } from "../table.js";
import { requestBytes, sendAll } from "./client.js";
import { startTenure } from "./process.js";

const { data, model, out, requests = "200000" } = readArguments(["data", "model", "out"]);
const CONNECTIONS = 64;
const PARTS = 10;
/** Parts after which memory may not grow. */
const WARM = 3;
/** Bytes that a flat heap may differ by. */
const NOISE = 4 << 20;

const scorers = await Promise.all([load(readFileSync(model)), load(small)]);
const records = readRecords(data, readDocument(model).schema).slice(0, 2000);
const good = records.map((record) => requestBytes("/v1/score", JSON.stringify(record)));
const expected = scorers.map((scorer) => records.map((record) => scorer.score(record).probability));
/** Bad bodies, each with the code that it is refused with. */
const bad = [
  ["body_invalid", requestBytes("/v1/score", '{"half":')],
  ["body_invalid", requestBytes("/v1/score", "[]")],
  ["record_invalid", requestBytes("/v1/score", JSON.stringify({ ...records[0], tenure: "x" }))],
  ["media_type", requestBytes("/v1/score", "{}", "text/plain")],
];

const server = await startTenure("--model", model, "--swap", "1");
const counts = { good: 0, bad: 0, aborted: 0, failed: 0, wrong: 0 };
const versions = new Set();
const memory = [];
const begin = performance.now();
for (let part = 0; part < PARTS; part++) {
  await sendAll(server.port, CONNECTIONS, Math.ceil(Number(requests) / PARTS), one);
  memory.push(await server.memory());
  process.stderr.write(`  part ${part + 1} of ${PARTS}: ${JSON.stringify(memory.at(-1))}\n`);
}
const seconds = (performance.now() - begin) / 1000;
await server.stop();

async function one(number, connection) {
  if (number % 200 === 7) {
    counts.aborted += 1;
    await connection.abort(good[number % good.length]);
  } else if (number % 100 === 3) {
    counts.bad += 1;
    const [code, bytes] = bad[((number / 100) % bad.length) | 0];
    const { status, body } = await connection.send(bytes);
    if (status >= 500) counts.failed += 1;
    else if (JSON.parse(body).code !== code) counts.wrong += 1;
  } else {
    counts.good += 1;
    const row = number % good.length;
    const { status, body } = await connection.send(good[row]);
    if (status !== 200) counts.failed += 1;
    const { probability, model } = JSON.parse(body);
    versions.add(model?.version);
    if (probability !== expected[Number(model?.version) % 2]?.[row]) counts.wrong += 1;
  }
}

const used = memory.map(({ heap, external }) => heap + external);
const growth = Math.max(...used.slice(WARM)) - Math.max(...used.slice(0, WARM));
const { swaps } = memory.at(-1);
const results = {
  requests: Number(requests),
  seconds,
  ...counts,
  swaps,
  versions: versions.size,
  growth_bytes: growth,
  memory,
};
writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
console.log(JSON.stringify({ ...results, memory: undefined }, null, 2));
const faults = [
  counts.failed > 0 && `${counts.failed} requests failed`,
  counts.wrong > 0 && `${counts.wrong} answers are wrong`,
  growth > NOISE && `memory grew by ${growth} bytes`,
  swaps < seconds / 10 && `only ${swaps} swaps in ${seconds.toFixed(0)} seconds`,
].filter(Boolean);
if (faults.length > 0) throw new Error(faults.join("; "));
