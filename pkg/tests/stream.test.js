/** Streams: every form of a table gives the scores of `scoreMany`, wherever the chunks are cut. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import * as arrow from "apache-arrow";
import { load } from "tenure";
import { scoreStream } from "tenure/stream";
import { artifactPath, changedArtifact, sampleRecords } from "./artifact.js";
import { generator } from "./random.js";
import { readmeApp } from "./readme.js";

const scorer = await load(artifactPath());
const { schema } = scorer;
const records = sampleRecords(schema, 2000);
const names = schema.fields.map(({ name }) => name);
const [first] = names;
const columnsOf = (rows) => Object.fromEntries(names.map((name) => [name, rows.map((record) => record[name])]));

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csvLine = (cells, delimiter = ",") => cells.map((cell) => quoted(String(cell ?? ""))).join(delimiter);
/** The records as CSV, with one more column. */
const csv = (rows, { line = "\n", delimiter } = {}) =>
  [
    csvLine(["id", ...names], delimiter),
    ...rows.map((record, row) => csvLine([`a "b", ${row}\nc`, ...names.map((name) => record[name])], delimiter)),
  ].join(line);
const ndjson = (rows) => rows.map((record) => JSON.stringify(record)).join("\n");

/** Streams the chunks, and collects the blocks. */
async function streamed(chunks, options, using = scorer) {
  const stream = scoreStream(using, options);
  const blocks = [];
  for await (const block of ReadableStream.from(chunks).pipeThrough(stream)) blocks.push(block);
  return { blocks, findings: await stream.findings };
}

function assertSame({ blocks, findings }, rows) {
  const { summary, shifts, problems, problemCount, ...scores } = scorer.scoreMany(rows);
  assert.deepEqual(findings, { rows: rows.length, summary, shifts, problems, problemCount });
  let start = 0;
  for (const block of blocks) {
    assert.equal(block.start, start);
    start += block.probability.length;
    assert.equal(block.done, start);
  }
  for (const name of ["probability", "logit", "tier", "flags"]) {
    assert.deepEqual(
      blocks.flatMap((block) => Array.from(block[name])),
      Array.from(scores[name]),
      name,
    );
  }
}

/** Cuts at random places, also within a character or a line break. */
function cut(bytes, random) {
  const parts = [];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(random.pick([3, 100, 50_000])));
    parts.push(bytes.slice(at, end));
    at = end;
  }
  return parts;
}

test("lines of JSON and CSV, cut anywhere, score as a list of records", async () => {
  const rows = records.map((record, row) => ({
    ...record,
    [first]: row % 50 === 0 ? null : row % 70 === 0 ? "Zoë 🐈 — not a category" : record[first],
  }));
  const texts = rows.map((record) => Object.fromEntries(names.map((name) => [name, String(record[name] ?? "")])));
  for (const seed of [1, 2, 3, 4]) {
    const random = generator(seed);
    const bytes = (text) => cut(new TextEncoder().encode(text), random);
    assertSame(await streamed(bytes(ndjson(rows)), { format: "ndjson" }), rows);
    assertSame(await streamed(bytes(`${ndjson(rows).replaceAll("\n", "\r\n\n")}\n`), { format: "ndjson" }), rows);
    assertSame(await streamed(bytes(csv(rows)), { format: "csv" }), texts);
    assertSame(await streamed(bytes(`\ufeff${csv(rows, { line: "\r\n" })}\r\n\r\n`), { format: "csv" }), texts);
    const semicolons = bytes(csv(rows, { delimiter: ";" }));
    assertSame(await streamed(semicolons, { format: "csv", delimiter: ";" }), texts);
    assertSame(await streamed(cut(`\ufeff${csv(rows)}`, random), { format: "csv" }), texts);
  }
});

test("tables of Arrow, columns and records are blocks of their own", async () => {
  const parts = [records.slice(0, 700), records.slice(700, 701), records.slice(701)];
  assertSame(await streamed(parts), records);
  assertSame(await streamed(parts.map(columnsOf)), records);
  const vectors = Object.entries(columnsOf(records)).map(([name, column]) => [name, arrow.vectorFromArray(column)]);
  const table = new arrow.Table(Object.fromEntries(vectors));
  assertSame(await streamed(table.batches), records);
  const { blocks } = await streamed(table.batches);
  assert.equal(blocks[0].input, table.batches[0]);
});

test("a block has its input, and how much was read", async () => {
  const text = csv(records.slice(0, 3));
  const { blocks } = await streamed([text.slice(0, 300), text.slice(300)], { format: "csv" });
  assert.equal(blocks.at(-1).read, text.length);
  const inputs = blocks.flatMap(({ input }) => input);
  assert.deepEqual(
    inputs.map(({ id }) => id),
    ['a "b", 0\nc', 'a "b", 1\nc', 'a "b", 2\nc'],
  );
});

test("a broken line keeps its place and says what is wrong", async () => {
  const lines = ndjson(records.slice(0, 4)).split("\n");
  lines[1] = '{"cut": ';
  lines[2] = "3";
  const json = await streamed([lines.join("\n")], { format: "ndjson", problemLimit: 5 });
  assert.deepEqual(
    json.blocks.flatMap(({ flags }) => [...flags]),
    [0, 2, 2, 0],
  );
  const found = json.findings.problems.map(({ row, field, rule, value }) => [row, field, rule, value]);
  assert.match(found[0].join(), /^1,record,type,line 2, which is not JSON: /);
  assert.deepEqual(found[1], [2, "record", "type", "a number"]);
  assert.match(json.blocks[0].input[1].message, /^line 2/);

  const [header, ...rows] = csv(records.slice(0, 1), { line: "\n" }).split(/\n(?!c)/);
  const good = rows[0];
  const bad = [`${good},more`, '"a"b,c', 'a"b,c', "only"];
  const text = [header, good, ...bad, good, '"never closed\nc'].join("\n");
  for (const chunks of [[text], text]) {
    const { blocks, findings } = await streamed(chunks, { format: "csv" });
    assert.deepEqual(
      blocks.flatMap(({ flags }) => [...flags]),
      [0, 2, 2, 2, 2, 0, 2],
    );
    assert.deepEqual(
      findings.problems.map(({ row, value }) => `${row}: ${value}`),
      [
        `1: line 4, which has ${names.length + 2} cells, and the header ${names.length + 1}`,
        "2: line 6, which has a quote within a cell without quotes",
        "3: line 7, which has a quote within a cell without quotes",
        `4: line 8, which has 1 cells, and the header ${names.length + 1}`,
        "6: line 11, which has a quote that is never closed",
      ],
    );
    assert.match(findings.summary[0].message, /5 of 7 rows/);
  }
});

test("CSV obeys the formats of the schema", async () => {
  const { name, bytes } = changedArtifact((field) => ({
    name: field.name,
    kind: "number",
    decimal: ",",
    grouping: ".",
  }));
  const german = await load(bytes);
  const rows = records.slice(0, 2).map((record, row) => ({ ...record, [name]: ["1.234,5", "nothing"][row] }));
  const { blocks, findings } = await streamed(
    [csv(rows, { delimiter: ";" })],
    { format: "csv", delimiter: ";" },
    german,
  );
  const { logit } = german.score({ ...rows[0], [name]: 1234.5 });
  assert.deepEqual(
    blocks.flatMap((block) => [...block.logit]),
    [Math.fround(logit), Number.NaN],
  );
  const { field, rule, row } = findings.problems.at(-1);
  assert.deepEqual([field, rule, row], [name, "type", 1]);
  german.dispose();
});

test("what cannot be read fails the stream, and says why", async () => {
  const fails = async (chunks, options, expected) => {
    const stream = scoreStream(scorer, options);
    const all =
      Array.fromAsync ??
      (async (list) => {
        for await (const _ of list);
      });
    await assert.rejects(all(ReadableStream.from(chunks).pipeThrough(stream)), expected);
    await assert.rejects(stream.findings, expected);
  };
  const invalid = (message) => ({ name: "TenureError", code: "stream_invalid", message });
  await fails([Uint8Array.of(0xe4, 0x0a)], { format: "ndjson" }, invalid(/not UTF-8/));
  await fails([Uint8Array.of(0xe4)], { format: "csv" }, invalid(/not UTF-8/));
  await fails([""], { format: "csv" }, invalid(/no header line/));
  await fails(['"open'], { format: "csv" }, invalid(/the header is line 1, which has a quote that is never closed/));
  const endless = Array.from({ length: 30 }, () => "x".repeat(50_000));
  await fails(endless, { format: "ndjson" }, invalid(/line 1 is longer than 1048576 characters/));
  await fails([`${names.join()}\n"`, ...endless], { format: "csv" }, invalid(/line 2 is longer .* never closed/));
  await fails(
    [`${names.slice(1).join()},${names[1]}\n1`],
    { format: "csv" },
    {
      code: "columns_invalid",
      message: new RegExp(`${names[0]} must be among the columns.*; ${names[1]} must be the name of one column`),
    },
  );
  const argument = (message) => ({ name: "TenureError", code: "argument_invalid", message });
  await fails(["text"], {}, argument(/the stream got texts: set its option format/));
  await fails([3], { format: "csv" }, argument(/takes texts and bytes, not a number/));
  await fails([3], {}, argument(/a table must be/));
});

test("wrong arguments are refused by the call", () => {
  for (const [given, options, message] of [
    [scorer, { format: "tsv" }, /format must be "ndjson" or "csv", not tsv/],
    [scorer, { fromat: "csv" }, /did you mean format/],
    [scorer, { delimiter: ";" }, /delimiter needs the option format/],
    [scorer, { format: "csv", delimiter: "::" }, /delimiter must be one character/],
    [scorer, { problemLimit: -1 }, /problemLimit/],
    [undefined, {}, /scorer must be a scorer/],
    [scorer, null, /options must be a plain object/],
  ]) {
    assert.throws(() => scoreStream(given, options), { name: "TenureError", code: "argument_invalid", message });
  }
});

test("the stream reads no further than it is read", async () => {
  let given = 0;
  const source = new ReadableStream(
    { pull: (controller) => controller.enqueue([records[given++ % 2000]]) },
    { highWaterMark: 0 },
  );
  const reader = source.pipeThrough(scoreStream(scorer)).getReader();
  await setTimeout(20);
  const ahead = given;
  assert.ok(ahead <= 2, `${ahead} chunks without a reader`);
  for (let read = 1; read <= 5; read++) {
    await reader.read();
    await setTimeout(5);
    assert.ok(given <= ahead + read, `${given} chunks after ${read} blocks`);
  }
  await reader.cancel();
});

test("whoever stops early ends the source and the findings", async () => {
  let reason;
  const source = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(records.slice(0, 3)),
      cancel: (given) => {
        reason = given;
      },
    });
  const left = scoreStream(scorer);
  for await (const _ of source().pipeThrough(left)) break;
  await assert.rejects(left.findings, { code: "aborted", message: /cancelled/ });
  await setTimeout(5);
  const stop = new AbortController();
  const stopped = scoreStream(scorer);
  const reader = source().pipeThrough(stopped, { signal: stop.signal }).getReader();
  await reader.read();
  stop.abort(new Error("enough"));
  await assert.rejects(
    async () => {
      for (;;) await reader.read();
    },
    { code: "aborted" },
  );
  await assert.rejects(stopped.findings, ({ code, cause }) => code === "aborted" && cause === reason);
  assert.equal(reason.message, "enough");

  const failing = scoreStream(scorer);
  const broken = new ReadableStream({ pull: (controller) => controller.error(new RangeError("network")) });
  await assert.rejects(
    broken.pipeThrough(failing).getReader().read(),
    ({ code, cause }) => code === "aborted" && cause.message === "network",
  );
});

test("the README's example scores a file", () => {
  const app = readmeApp({ "customers.csv": csv(records) });
  const lines = app.run("stream.js").trim().split("\n");
  assert.equal(lines.at(-1), "2000 rows, 0 with problems");
  assert.match(lines[0], /^\d+%, \d+ rows/);
  assert.equal(app.read("scores.csv").toString().trim().split("\n").length, 2001);
});
