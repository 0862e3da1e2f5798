/**
 * The programs of examples/javascript, with the package installed from its tarball: in Node,
 * workerd and Chromium.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { load } from "tenure";
import { artifactPath } from "../../pkg/tests/artifact.js";
import { packageModules, startWorkerd } from "../edge/workerd.js";
import { launch, outputOf } from "./chromium.js";
import { installedApp } from "./pack.js";
import { serve } from "./static.js";

const EXAMPLES = new URL("../../examples/javascript/", import.meta.url);
const files = Object.fromEntries(
  readdirSync(EXAMPLES).map((name) => [name, readFileSync(new URL(name, EXAMPLES), "utf8")]),
);
const app = installedApp({ files });
after(app.remove);

const customer = JSON.parse(files["customer.json"]);
const scorer = await load(artifactPath());
const score = scorer.score(customer);
const explanation = scorer.explain(customer);
/** What the programs show: the probability, the tier and three reasons. */
const shown = [
  `${(100 * score.probability).toFixed(1)}% ${scorer.policy.tiers[score.tier].label}`,
  ...explanation.contributions.slice(0, 3).map(({ sentence }) => sentence),
].join("\n");

test("the program for Node prints a score and three reasons, and says what is wrong with a call", () => {
  const run = (...parameters) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["score.mjs", ...parameters], {
      cwd: app.folder,
      encoding: "utf8",
    });
    return [status, stdout, stderr];
  };
  assert.deepEqual(run("model.safetensors"), [0, `${shown}\n`, ""]);
  assert.deepEqual(run("model.safetensors", "customer.json"), [0, `${shown}\n`, ""]);
  assert.deepEqual(run(), [2, "", "usage: node score.mjs MODEL [CUSTOMER]\n"]);
  const [status, printed, refused] = run("model.safetensors", "package.json");
  assert.deepEqual([status, printed], [1, ""]);
  assert.match(refused, /^the record has errors: /);
});

test("the worker scores and explains over HTTP", async (context) => {
  const worker = await startWorkerd(app.folder, packageModules(app.folder, "worker.js"));
  context.after(worker.stop);
  const post = async (path) => {
    const headers = { "content-type": "application/json" };
    return (await fetch(worker.origin + path, { method: "POST", headers, body: files["customer.json"] })).json();
  };
  assert.deepEqual(await post("/v1/score"), JSON.parse(JSON.stringify(score)));
  assert.deepEqual(await post("/v1/explain"), JSON.parse(JSON.stringify(explanation)));
});

test("the page shows a score and three reasons, without a bundler", async (context) => {
  const browser = await launch();
  context.after(() => browser.close());
  const server = await serve(app.folder);
  context.after(server.close);
  assert.equal((await outputOf(browser, server.origin)).output, shown);
});
