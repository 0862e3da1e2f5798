/**
 * Sends changed bodies to the handler for HTTP: `cargo xtask fuzz --target body`. The same seed sends the same
 * bodies. It fails for a request that is not answered, an answer of 500 or more, and an answer that is no JSON or
 * far longer than its request.
 */

import { createHash, randomInt } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { openInference } from "tenure/edge/inference";
import { model, records } from "tenure/testing";

const { values: given } = parseArgs({
  options: { seconds: { type: "string" }, failures: { type: "string" }, seed: { type: "string" } },
});
const seconds = Number(given.seconds ?? 60);
const seed = Number(given.seed ?? randomInt(2 ** 31));

/** Most bytes of an answer: what the limits below allow. */
const LONGEST = 1 << 20;
const SLOWEST_MS = 10_000;

const scorer = await load(model);
const limits = { bytes: 1 << 16, records: 20, lines: 50, budget: 1 << 14, seconds: 5 };
const handlers = [false, true].map((strict) => createHandler({ scorer, limits, strict, routes: openInference() }));
const { name } = await scorer.model();

const JSON_TYPE = "application/json";
const column = (field, data) => ({ name: field, datatype: "FP64", shape: [data.length], data });
/** Path, type and body of sound requests. */
const SEEDS = [
  ["/v1/score", JSON_TYPE, records[0]],
  ["/v1/score?reasons=3", JSON_TYPE, { records }],
  ["/v1/score", "application/x-ndjson", records],
  [
    "/v1/explain",
    JSON_TYPE,
    { record: records[1], options: { scale: "probability", budget: 2000, interactions: true } },
  ],
  ["/v1/counterfactuals", JSON_TYPE, { record: records[2], options: { threshold: 0.4, count: 2, fields: ["tenure"] } }],
  [`/v2/models/${encodeURIComponent(name)}/infer`, JSON_TYPE, { inputs: [column("tenure", [1, 2])] }],
].map(([path, type, body]) => {
  const text = type === JSON_TYPE ? JSON.stringify(body) : body.map((record) => JSON.stringify(record)).join("\n");
  return { path, type, bytes: Buffer.from(text) };
});

/** What bodies are likely to be read wrongly by. */
const WORDS = [
  '"__proto__":{"toString":1},',
  '"constructor":1,',
  '"toJSON":null,',
  "1e999",
  "-0",
  "18446744073709551616",
  "null",
  "[]",
  "{}",
  "[".repeat(5000),
  '"\\ud800"',
  '"\\u0000"',
  '""',
  "true",
  "\n",
  "\ufeff",
  "é",
  "a".repeat(70_000),
].map((word) => Buffer.from(word));
const TYPES = ["application/json; charset=utf-8", "application/x-ndjson", "text/plain", "application/json; charset=x"];

/** mulberry32: numbers from 0 up to 1, the same for a seed. */
function numbers(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = numbers(seed);
const below = (end) => Math.floor(random() * end);
const oneOf = (list) => list[below(list.length)];

/** One change of a body: a byte, a word, or a part that is cut, doubled or taken from another. */
function changed(bytes) {
  const at = below(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + below(40));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (below(6)) {
    case 0:
      return Buffer.concat([before, Buffer.from([below(256)]), bytes.subarray(Math.min(bytes.length, at + 1))]);
    case 1:
      return Buffer.concat([before, oneOf(WORDS), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([before, oneOf(WORDS), after]);
    case 3:
      return Buffer.concat([before, after]);
    case 4:
      return Buffer.concat([before, part, part, after]);
    default: {
      const other = oneOf(SEEDS).bytes;
      return Buffer.concat([before, other.subarray(below(other.length)), after]);
    }
  }
}

function next() {
  let { path, type, bytes } = oneOf(SEEDS);
  for (let times = below(5); times > 0; times--) bytes = changed(bytes);
  const headers = { "content-type": below(20) === 0 ? oneOf(TYPES) : type };
  if (below(10) === 0) {
    bytes = gzipSync(bytes);
    if (below(3) === 0) bytes = changed(bytes);
    headers["content-encoding"] = "gzip";
  }
  return { path, headers, bytes, handler: oneOf(handlers) };
}

/** What is wrong with the answer to a request; `undefined` if nothing is. */
async function fault({ path, headers, bytes, handler }) {
  const start = performance.now();
  const response = await handler(new Request(`https://edge.invalid${path}`, { method: "POST", headers, body: bytes }));
  const text = await response.text();
  const { status } = response;
  if (performance.now() - start > SLOWEST_MS) return "it took too long";
  if (status >= 500) return `status ${status}: ${text}`;
  if (text.length > LONGEST) return `${text.length} characters for ${bytes.length} bytes`;
  const isLines = response.headers.get("content-type")?.includes("ndjson") ?? false;
  for (const line of isLines ? text.trimEnd().split("\n") : [text]) {
    const answer = JSON.parse(line);
    if (status >= 400 && !path.startsWith("/v2") && typeof answer.code !== "string") return `no code: ${text}`;
  }
  return undefined;
}

const end = performance.now() + seconds * 1000;
let sent = 0;
for (; performance.now() < end; sent++) {
  const request = next();
  const wrong = await fault(request).catch((error) => String(error?.stack ?? error));
  if (wrong === undefined) continue;
  const file = createHash("sha256").update(request.bytes).digest("hex").slice(0, 16);
  if (given.failures !== undefined) writeFileSync(join(given.failures, file), request.bytes);
  process.stderr.write(`${request.path} ${JSON.stringify(request.headers)}: ${wrong}\nseed ${seed}, body ${file}\n`);
  process.exit(1);
}
process.stdout.write(`body         ${sent} requests, seed ${seed}\n`);
