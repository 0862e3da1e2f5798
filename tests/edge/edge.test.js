/** The packed package in workerd: the README's worker, and a module that the runtime refuses. */

import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { load } from "tenure";
import { load as loadDecider } from "tenure/decide";
import { artifactPath, sampleRecord } from "../../pkg/tests/artifact.js";
import { installedApp, readmeExample } from "../consumer/pack.js";
import { packageModules, startWorkerd } from "./workerd.js";

const scorer = await load(artifactPath());
const record = sampleRecord(scorer.schema);

/** Passes bytes instead of a module to `load`. */
const BYTES_WORKER = `
  import { load } from "tenure";
  import artifact from "./model.safetensors";
  import bytes from "./bytes.safetensors";
  export default {
    async fetch() {
      try {
        await load(artifact, { wasm: bytes });
        return Response.json("loaded");
      } catch ({ code, message }) {
        return Response.json({ code, message });
      }
    },
  };
`;

let app;
let running;

before(async () => {
  app = installedApp({ files: { "worker.js": readmeExample("worker.js"), "bytes.js": BYTES_WORKER } });
  copyFileSync(join(app.folder, "node_modules/tenure/wasm/tenure_bg.wasm"), join(app.folder, "bytes.safetensors"));
  running = await startWorkerd(app.folder, packageModules(app.folder, "worker.js"));
});
after(async () => {
  await running?.stop();
  app?.remove();
});

async function post(path, body) {
  const response = await fetch(running.origin + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

test("the README's worker scores and explains as Node does", async () => {
  assert.deepEqual(await post("/v1/score", record), {
    status: 200,
    json: JSON.parse(JSON.stringify(scorer.score(record))),
  });
  assert.deepEqual(await post("/v1/explain", record), {
    status: 200,
    json: JSON.parse(JSON.stringify(scorer.explain(record))),
  });
  const { json } = await post("/v1/score", { records: [record, {}] });
  assert.deepEqual(
    [json.scores[0].probability, json.scores[1].error.code],
    [scorer.score(record).probability, "record_invalid"],
  );
});

test("it answers health, schema and errors", async () => {
  assert.equal((await (await fetch(`${running.origin}/healthz`)).json()).status, "ok");
  assert.deepEqual((await (await fetch(`${running.origin}/v1/schema`)).json()).schema, scorer.schema);
  assert.equal((await fetch(`${running.origin}/v1/score`)).status, 405);
  assert.equal((await post("/nowhere", {})).status, 404);
  const { status, json } = await post("/v1/score", {});
  assert.deepEqual([status, json.code, json.problems.length], [422, "record_invalid", scorer.schema.fields.length]);
});

test("many requests at once are all answered alike", async () => {
  const expected = scorer.score(record).probability;
  const answers = await Promise.all(Array.from({ length: 200 }, () => post("/v1/score", record)));
  assert.ok(answers.every(({ status, json }) => status === 200 && json.probability === expected));
  assert.equal(running.printed(), "");
});

test("bytes instead of a module are refused by the runtime, and the error says what to do", async () => {
  const worker = await startWorkerd(app.folder, [
    ...packageModules(app.folder, "bytes.js"),
    { name: "bytes.safetensors" },
  ]);
  try {
    const { code, message } = await (await fetch(worker.origin)).json();
    assert.equal(code, "wasm_unavailable");
    assert.match(message, /import the \.wasm file as a module/);
  } finally {
    await worker.stop();
  }
});

test("the same worker decides where the name tenure leads to tenure/decide", async () => {
  const modules = packageModules(app.folder, "worker.js", "decide-workerd", "tenure_decide_bg.wasm");
  const worker = await startWorkerd(app.folder, modules);
  try {
    const decider = await loadDecider(artifactPath());
    const options = { identifier: "1" };
    const response = await fetch(`${worker.origin}/v1/decide`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ record, options }),
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), JSON.parse(JSON.stringify(decider.decide(record, options))));
  } finally {
    await worker.stop();
  }
});
