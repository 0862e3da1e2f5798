/** Who may ask: keys, tokens, scopes, rate limits. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { load } from "tenure";
import { createHandler } from "tenure/edge";
import { apiKeys, durableLimiter, firstOf, hashKey, limited, memoryLimiter, RateLimit } from "tenure/edge/access";
import { jwt } from "tenure/edge/jwt";
import { artifactPath, sampleRecord } from "./artifact.js";
import { call } from "./edge.js";

const scorer = await load(artifactPath());
const record = sampleRecord(scorer.schema);
const KEY = "a4c1e7-crm-key-of-many-bytes";

const keys = apiKeys([
  { id: "crm", sha256: await hashKey(KEY), scopes: ["score"] },
  { id: "monitor", sha256: await hashKey("monitor-key"), scopes: ["metrics"] },
]);

const issuer = "https://login.example";
const audience = "tenure";
const { publicKey, privateKey } = await generateKeyPair("ES256");
const keySet = { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256" }] };

function token({
  scope = "score explain",
  expires = "5m",
  from = issuer,
  to = audience,
  key = privateKey,
  sub = "crm-2",
} = {}) {
  const signed = new SignJWT({ scope }).setProtectedHeader({ alg: "ES256" }).setIssuer(from).setAudience(to);
  if (sub !== null) signed.setSubject(sub);
  if (expires !== null) signed.setExpirationTime(expires);
  return signed.sign(key);
}

const code = async (handler, headers, path = "/v1/score") => {
  const body = path.startsWith("/v1/") ? record : undefined;
  const { status, json, headers: sent } = await call(handler, path, { body, headers });
  return { status, code: json?.code, sent };
};

test("a key is known by its hash, and may do what its scopes say", async () => {
  const events = [];
  const handler = createHandler({ scorer, authorize: keys, onEvent: (event) => events.push(event) });
  for (const headers of [
    { "x-api-key": KEY },
    { authorization: `Bearer ${KEY}` },
    { authorization: `bearer  ${KEY}` },
  ]) {
    assert.equal((await code(handler, headers)).status, 200);
  }
  assert.deepEqual([events[0].caller, events[0].scored], ["crm", 1]);
  for (const [headers, path, status, expected] of [
    [{}, "/v1/score", 401, "unauthorized"],
    [{ authorization: "Basic abc" }, "/v1/score", 401, "unauthorized"],
    [{ "x-api-key": `${KEY}x` }, "/v1/score", 401, "key_unknown"],
    [{ "x-api-key": "" }, "/v1/score", 401, "key_unknown"],
    [{ "x-api-key": KEY }, "/v1/explain", 403, "forbidden"],
    [{ "x-api-key": KEY }, "/metrics", 403, "forbidden"],
  ]) {
    const answer = await code(handler, headers, path);
    assert.deepEqual([answer.status, answer.code], [status, expected], JSON.stringify([headers, path]));
    if (status === 401) assert.match(answer.sent.get("www-authenticate"), /^Bearer/);
  }
  assert.equal((await code(handler, { "x-api-key": "monitor-key" }, "/metrics")).status, 200);
  assert.equal((await code(handler, {}, "/healthz")).status, 200);
  assert.equal((await call(handler, "/v1/score", { method: "OPTIONS" })).status, 204);
  assert.doesNotMatch(JSON.stringify(events), new RegExp(KEY));
});

test("keys without a hash are refused", () => {
  for (const key of [{}, { id: "a", sha256: KEY, scopes: [] }, { id: "a", sha256: "0".repeat(64) }]) {
    assert.throws(() => apiKeys([key]), { code: "argument_invalid" });
  }
});

test("a token must be signed by the issuer for this service, and not be expired", async () => {
  const handler = createHandler({ scorer, authorize: jwt({ issuer, audience, keys: keySet }) });
  const { privateKey: other } = await generateKeyPair("ES256");
  const [head, body, signature] = (await token()).split(".");
  const raised = btoa(JSON.stringify({ ...JSON.parse(atob(body)), scope: "metrics" })).replaceAll("=", "");
  const none = btoa(JSON.stringify({ alg: "none" })).replaceAll("=", "");
  for (const [given, status, expected] of [
    [await token(), 200, undefined],
    [await token({ scope: "explain" }), 403, "forbidden"],
    [await token({ scope: "" }), 403, "forbidden"],
    [await token({ expires: "-1m" }), 401, "token_expired"],
    [await token({ expires: null }), 401, "token_invalid"],
    [await token({ sub: null }), 401, "token_invalid"],
    [await token({ from: "https://other.example" }), 401, "token_invalid"],
    [await token({ to: "other" }), 401, "token_invalid"],
    [await token({ key: other }), 401, "token_invalid"],
    [`${head}.${raised}.${signature}`, 401, "token_invalid"],
    [`${none}.${body}.`, 401, "token_invalid"],
    ["a.b.c", 401, "token_invalid"],
  ]) {
    const answer = await code(handler, { authorization: `Bearer ${given}` });
    assert.deepEqual([answer.status, answer.code], [status, expected], given);
  }
});

test("the keys of tokens are fetched; if they cannot be, the answer is 503", async (context) => {
  const server = createServer((_, response) => response.end(JSON.stringify(keySet))).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const address = new URL(`http://127.0.0.1:${server.address().port}/keys`);
  const headers = { authorization: `Bearer ${await token()}` };
  assert.equal(
    (await code(createHandler({ scorer, authorize: jwt({ issuer, audience, keys: address }) }), headers)).status,
    200,
  );
  const gone = new URL("http://127.0.0.1:1/keys");
  const failed = await code(createHandler({ scorer, authorize: jwt({ issuer, audience, keys: gone }) }), headers);
  assert.deepEqual([failed.status, failed.code], [503, "unavailable"]);
});

test("keys and tokens stand side by side", async () => {
  const authorize = firstOf(keys, jwt({ issuer, audience, keys: keySet }));
  const handler = createHandler({ scorer, authorize });
  assert.equal((await code(handler, { "x-api-key": KEY })).status, 200);
  assert.equal((await code(handler, { authorization: `Bearer ${await token()}` })).status, 200);
  assert.equal((await code(handler, {})).code, "unauthorized");
});

for (const [name, limiterOf] of [
  ["in memory", memoryLimiter],
  ["in Durable Objects", (rate) => durableLimiter(namespace(), rate)],
]) {
  test(`requests beyond the limit wait: ${name}`, async (context) => {
    context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
    const handler = createHandler({ scorer, authorize: limited(keys, limiterOf({ perMinute: 60, burst: 3 })) });
    const headers = { "x-api-key": KEY };
    for (let request = 0; request < 3; request++) assert.equal((await code(handler, headers)).status, 200);
    const refused = await code(handler, headers);
    assert.deepEqual([refused.status, refused.code, refused.sent.get("retry-after")], [429, "rate_limited", "1"]);
    assert.equal((await code(handler, { "x-api-key": "monitor-key" }, "/metrics")).status, 200);
    context.mock.timers.tick(1100);
    assert.equal((await code(handler, headers)).status, 200);
    assert.equal((await code(handler, headers)).status, 429);
  });
}

/** A namespace of Durable Objects, in this process. */
function namespace() {
  const objects = new Map();
  return {
    idFromName: (name) => name,
    get(id) {
      if (!objects.has(id)) objects.set(id, new RateLimit());
      return { fetch: (address) => objects.get(id).fetch(new Request(address)) };
    },
  };
}

test("a limit that cannot be asked refuses, and a rate must be one", async () => {
  const broken = { take: () => Promise.reject(new Error("gone")) };
  const answer = await code(createHandler({ scorer, authorize: limited(keys, broken) }), { "x-api-key": KEY });
  assert.deepEqual([answer.status, answer.code], [503, "unavailable"]);
  assert.throws(() => memoryLimiter({ perMinute: 0 }), { code: "argument_invalid" });
  assert.throws(() => memoryLimiter({ perMinute: 6, burst: 0 }), { code: "argument_invalid" });
});
