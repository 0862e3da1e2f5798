/**
 * deploy/: two servers behind nginx with its configuration, of which one is killed and one is restarted under
 * load; and the alert rules, by Prometheus' own tool. Both programs are Debian's.
 */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "tenure";
import { artifactPath, sampleRecords } from "../../pkg/tests/artifact.js";
import { requestBytes, sendAll } from "../bench/edge/client.js";
import { startTenure } from "../bench/edge/process.js";

const DEPLOY = fileURLToPath(new URL("../../deploy/", import.meta.url));
const find = (name) => ["/usr/sbin", "/usr/bin", "/usr/local/bin"].map((folder) => join(folder, name)).find(existsSync);
const missing = (name, found) => (found ? false : `${name} is not installed (Debian: apt-get install ${name})`);

/** A port that nobody listens at. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const nginx = find("nginx");

/** Starts nginx before some servers, and returns its port. */
async function balanced(context, ports) {
  const folder = mkdtempSync(join(tmpdir(), "tenure-nginx-"));
  const port = await freePort();
  const original = readFileSync(join(DEPLOY, "nginx.conf"), "utf8");
  const replica = /server tenure:8787 (.*);/.exec(original);
  const servers = ports.map((own) => `server 127.0.0.1:${own} ${replica[1]};`).join("\n");
  const changed = original
    .replace(replica[0], servers)
    .replace("listen 8080", `listen 127.0.0.1:${port}`)
    .replaceAll("/tmp/", `${folder}/`);
  writeFileSync(join(folder, "nginx.conf"), changed);
  const child = spawn(nginx, ["-c", join(folder, "nginx.conf"), "-g", "daemon off; master_process off;"], {
    stdio: "ignore",
  });
  context.after(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return port;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("nginx does not answer");
}

test("no request fails while one of two servers is killed under load", {
  skip: missing("nginx", nginx),
}, async (context) => {
  const servers = await Promise.all([1, 2].map(() => startTenure("--model", artifactPath())));
  context.after(() => servers[1].stop());
  const port = await balanced(
    context,
    servers.map((server) => server.port),
  );
  const scorer = await load(artifactPath());
  const records = sampleRecords(scorer.schema, 100);
  const bodies = records.map((record) => requestBytes("/v1/score", JSON.stringify(record)));
  const expected = records.map((record) => scorer.score(record).probability);
  const failed = [];
  await sendAll(port, 16, 4000, async (number, connection) => {
    if (number === 1500) servers[0].stop();
    const row = number % bodies.length;
    const { status, body } = await connection.send(bodies[row]).catch((error) => ({ status: 0, body: error.message }));
    if (status !== 200 || JSON.parse(body).probability !== expected[row]) failed.push([number, status, body]);
  });
  assert.deepEqual(failed, []);
  const counted = async (server) => {
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    return Number(/tenure_requests_total\{route="\/v1\/score",status="200"\} (\d+)/.exec(text)[1]);
  };
  // The other server answered all of the rest, and about half before.
  const other = await counted(servers[1]);
  assert.ok(other > 2500 && other < 4000, String(other));
  assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 404);
});

const promtool = find("promtool");

test("the alert rules fire when they must", { skip: missing("prometheus", promtool) }, () => {
  const cwd = join(DEPLOY, "prometheus");
  for (const parameters of [
    ["check", "rules", "alerts.yml"],
    ["check", "config", "prometheus.yml"],
    ["test", "rules", "alerts.test.yml"],
  ]) {
    execFileSync(promtool, parameters, { cwd, stdio: "pipe" });
  }
});

test("a server's metrics are what Prometheus reads", { skip: missing("prometheus", promtool) }, async (context) => {
  const server = await startTenure("--model", artifactPath());
  context.after(server.stop);
  const address = `http://127.0.0.1:${server.port}`;
  await fetch(`${address}/readyz`);
  await fetch(`${address}/v1/score`, { method: "POST" });
  const input = await (await fetch(`${address}/metrics`)).text();
  execFileSync(promtool, ["check", "metrics"], { input, stdio: "pipe" });
  const figures = new Set([...input.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const used = ["prometheus/alerts.yml", "grafana/dashboard.json"].flatMap((file) => [
    ...readFileSync(join(DEPLOY, file), "utf8").matchAll(/\btenure_[a-z_]+/g),
  ]);
  for (const [name] of used) assert.ok(figures.has(name.replace(/_bucket$/, "")), name);
});
