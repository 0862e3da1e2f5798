/** The handler behind Node's `http`: real connections, half requests, streams, and the end. */

import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { test } from "node:test";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { serve } from "tenure/edge/node";
import { artifactPath, sampleRecord } from "./artifact.js";
import { asJson } from "./edge.js";

const scorer = await load(artifactPath());
const record = sampleRecord(scorer.schema);
const text = JSON.stringify(record);
const JSON_TYPE = { "content-type": "application/json" };

async function running(context, options = {}) {
  const events = [];
  const server = await serve(createHandler({ scorer, onEvent: (event) => events.push(event), ...options }), {
    port: 0,
  });
  context.after(() => server.server.listening && server.close());
  return { ...server, events, port: Number(new URL(server.origin).port) };
}

/** Sends bytes as they are, and returns what comes back until the connection ends. */
function raw(port, ...parts) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    for (const part of parts) typeof part === "function" ? part(socket) : socket.write(part);
  });
}

test("it answers over HTTP, with a length, and keeps connections", async (context) => {
  const { origin } = await running(context);
  const response = await fetch(`${origin}/v1/score`, { method: "POST", headers: JSON_TYPE, body: text });
  assert.deepEqual([response.status, await response.json()], [200, asJson(scorer.score(record))]);
  assert.ok(Number(response.headers.get("content-length")) > 0);
  const head = await fetch(`${origin}/healthz`, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
});

test("lines are answered while the body still arrives", async (context) => {
  const { port } = await running(context);
  const headers = { "content-type": "application/x-ndjson" };
  const sending = request({ port, path: "/v1/score", method: "POST", headers });
  sending.write(`${text}\n`);
  const response = await new Promise((resolve) => sending.once("response", resolve));
  response.setEncoding("utf8");
  const chunks = response[Symbol.asyncIterator]();
  assert.equal(JSON.parse((await chunks.next()).value).probability, scorer.score(record).probability);
  sending.end(text);
  let rest = "";
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) rest += next.value;
  assert.match(rest, /"findings":\{"rows":2/);
});

test("a caller who leaves in the middle of a body harms nobody", async (context) => {
  const { origin, port, events, server } = await running(context);
  const begun = new Promise((resolve) => server.once("request", resolve));
  const head = `POST /v1/score HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"half`;
  await raw(port, head, (socket) => begun.then(() => socket.destroy()));
  while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual([events[0].status, events[0].code], [400, "body_incomplete"]);
  assert.equal((await fetch(`${origin}/healthz`)).status, 200);
});

test("50 MB are refused, and the caller can read why", async (context) => {
  const { origin } = await running(context);
  const body = Buffer.alloc(50_000_000, 32);
  const response = await fetch(`${origin}/v1/score`, { method: "POST", headers: JSON_TYPE, body });
  assert.deepEqual([response.status, (await response.json()).code], [413, "body_too_large"]);
});

test("what is no request is refused", async (context) => {
  const { port } = await running(context);
  const end = "host: x\r\nconnection: close\r\n\r\n";
  assert.match(
    await raw(port, `TRACE /v1/score HTTP/1.1\r\n${end}`),
    /^HTTP\/1\.1 405 .*allow: POST, OPTIONS.*method_not_allowed/s,
  );
  assert.match(await raw(port, `GET //[ HTTP/1.1\r\n${end}`), /^HTTP\/1\.1 400 .*bad_request/s);
  assert.match(await raw(port, `OPTIONS * HTTP/1.1\r\n${end}`), /^HTTP\/1\.1 404 /);
  assert.match(await raw(port, "GARBAGE\r\n\r\n"), /^HTTP\/1\.1 400 /);
  assert.match(await raw(port, `GET http://other/healthz HTTP/1.1\r\n${end}`), /^HTTP\/1\.1 200 /);
});

test("closing answers what has begun, and takes no more", async (context) => {
  const { origin, port, close, server } = await running(context);
  const begun = new Promise((resolve) => server.once("request", resolve));
  const sending = request({ port, path: "/v1/score", method: "POST", headers: JSON_TYPE });
  sending.write(text.slice(0, 10));
  await begun;
  const closed = close();
  await assert.rejects(fetch(`${origin}/healthz`));
  sending.end(text.slice(10));
  const response = await new Promise((resolve) => sending.once("response", resolve));
  assert.equal(response.statusCode, 200);
  response.resume();
  await closed;
});

test("a port that is taken is an error", async (context) => {
  const { port } = await running(context);
  await assert.rejects(
    serve(() => new Response(), { port }),
    { code: "EADDRINUSE" },
  );
});
