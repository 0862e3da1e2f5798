/**
 * The graphics device in headless Chromium (SwiftShader), in an app built by Vite with the packed
 * package.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { load } from "tenure";
import { artifactPath, datedArtifact, sampleRecords } from "../../pkg/tests/artifact.js";
import { launch } from "../consumer/chromium.js";
import { serveApp, WEBGPU } from "./app.js";

/** The device and the CPU agree within this on the logit. */
const TOLERANCE = 1e-4;
/** SwiftShader compiles kernels slowly. */
const PATIENCE = 120_000;

const scorer = await load(artifactPath());
const some = sampleRecords(scorer.schema, 300);
const records = Array.from({ length: 5000 }, (_, row) => some[row % some.length]);

let app;
let browser;

before(async () => {
  app = await serveApp(["public/model.safetensors"]);
  browser = await launch(WEBGPU);
});
after(async () => {
  await browser?.close();
  app?.close();
});

/**
 * Runs a function in a fresh page that has `tenure`. Returns its result and what the page fetched.
 */
async function inPage(run, argument, chromium = browser, before = () => undefined) {
  const page = await chromium.newPage();
  const fetched = [];
  const errors = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname.split("/").at(-1)));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(before);
  try {
    await page.goto(app.origin);
    await page.waitForFunction(() => globalThis.tenure !== undefined);
    const result = await page.evaluate(run, argument);
    assert.deepEqual(errors, []);
    return { result, fetched };
  } finally {
    await page.close();
  }
}

const isGpuFile = (name) => name.startsWith("tenure_gpu");

function assertEqualScores(scores, expected) {
  assert.equal(scores.logit.length, expected.logit.length);
  for (const [row, logit] of expected.logit.entries()) {
    const close = Math.abs(scores.logit[row] - logit) <= TOLERANCE;
    assert.ok(
      close || (scores.logit[row] === null && Number.isNaN(logit)),
      `row ${row}: ${scores.logit[row]} ${logit}`,
    );
  }
  assert.deepEqual(scores.flags, [...expected.flags]);
  assert.equal(scores.errorCount, expected.errorCount);
  assert.equal(scores.problemCount, expected.problemCount);
  assert.deepEqual(scores.problems, JSON.parse(JSON.stringify(expected.problems)));
}

/** Loads with a device, scores, and returns what can be sent out of the page. */
const scoring = async ({ device, records }) => {
  const scorer = await globalThis.tenure.load("/model.safetensors", { gpu: globalThis.tenure.gpu, device });
  const scores = await scorer.scoreManyAsync(records);
  const plain = Object.fromEntries(
    Object.entries(scores).map(([key, value]) => [key, ArrayBuffer.isView(value) ? [...value] : value]),
  );
  plain.logit = plain.logit.map((logit) => (Number.isNaN(logit) ? null : logit));
  return { scores: plain, report: await scorer.device() };
};

test("device webgpu scores a batch as the CPU does, bad rows too, and loads its module once", async () => {
  const number = scorer.schema.fields.find(({ kind }) => kind === "number").name;
  const broken = records.map((record, row) => (row % 100 === 7 ? { ...record, [number]: "many" } : record));
  const { result, fetched } = await inPage(scoring, { device: "webgpu", records: broken });
  assert.deepEqual([result.scores.device, result.scores.reason], ["webgpu", undefined]);
  assert.equal(result.report.device, "webgpu");
  assertEqualScores(result.scores, scorer.scoreMany(broken));
  assert.equal(fetched.filter(isGpuFile).length, 2, fetched.join());
});

test("device cpu, and a page that asks for none, fetch nothing of it", async () => {
  const { result, fetched } = await inPage(scoring, { device: "cpu", records: records.slice(0, 10) });
  assert.deepEqual([result.scores.device, result.scores.reason.code], ["cpu", "not_asked"]);
  assertEqualScores(result.scores, scorer.scoreMany(records.slice(0, 10)));
  assert.deepEqual(
    fetched.filter((name) => isGpuFile(name) || name.startsWith("webgpu")),
    [],
  );
});

test("auto ignores an emulated adapter, and fetches no module", async () => {
  const { result, fetched } = await inPage(scoring, { device: "auto", records });
  assert.deepEqual([result.scores.device, result.scores.reason.code], ["cpu", "adapter_software"]);
  assertEqualScores(result.scores, scorer.scoreMany(records));
  assert.deepEqual(fetched.filter(isGpuFile), []);
});

test("without an adapter the CPU does it and says so", async () => {
  const chromium = await launch([]);
  try {
    const { result } = await inPage(scoring, { device: "webgpu", records }, chromium);
    assert.deepEqual([result.scores.device, result.scores.reason.code], ["cpu", "adapter_missing"]);
    assertEqualScores(result.scores, scorer.scoreMany(records));
  } finally {
    await chromium.close();
  }
});

test("a device that is lost in the middle of a batch: the CPU does all of it and says so", async () => {
  const { result } = await inPage(
    async ({ records }) => {
      // Keeps the device that the module gets from the browser, so that the test can destroy it.
      const devices = [];
      const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...parameters) {
        const device = await request.apply(this, parameters);
        devices.push(device);
        return device;
      };
      const scorer = await globalThis.tenure.load("/model.safetensors", {
        gpu: globalThis.tenure.gpu,
        device: "webgpu",
      });
      const before = await scorer.scoreManyAsync(records.slice(0, 100));
      const pending = scorer.scoreManyAsync(records);
      await Promise.resolve();
      devices.forEach((device) => device.destroy());
      const during = await pending;
      const after = await scorer.scoreManyAsync(records.slice(0, 100));
      const told = ({ device, reason }) => [device, reason?.code];
      return { told: [before, during, after].map(told), logit: [...during.logit] };
    },
    { records },
  );
  assert.deepEqual(result.told, [
    ["webgpu", undefined],
    ["cpu", "device_failed"],
    ["cpu", "device_failed"],
  ]);
  const expected = scorer.scoreMany(records);
  assert.deepEqual(result.logit, [...expected.logit]);
});

test("a device without memory for a buffer: the CPU does all of it and says so", async () => {
  const { result } = await inPage(
    async ({ records }) => {
      // When memory is short, a browser returns an invalid buffer and reports an error.
      // A size beyond the limit has the same two effects on any machine.
      const create = GPUDevice.prototype.createBuffer;
      let short = false;
      GPUDevice.prototype.createBuffer = function (descriptor) {
        return create.call(this, short ? { ...descriptor, size: 2 * this.limits.maxBufferSize } : descriptor);
      };
      const scorer = await globalThis.tenure.load("/model.safetensors", {
        gpu: globalThis.tenure.gpu,
        device: "webgpu",
      });
      const before = await scorer.scoreManyAsync(records.slice(0, 100));
      short = true;
      const during = await scorer.scoreManyAsync(records);
      const after = await scorer.scoreManyAsync(records.slice(0, 100));
      const told = ({ device, reason }) => [device, reason?.code];
      return { told: [before, during, after].map(told), logit: [...during.logit], message: during.reason?.message };
    },
    { records },
  );
  assert.deepEqual(result.told, [
    ["webgpu", undefined],
    ["cpu", "device_failed"],
    ["cpu", "device_failed"],
  ]);
  assert.deepEqual(result.logit, [...scorer.scoreMany(records).logit]);
});

test("an adapter with limits that are too small is refused by name", async () => {
  const { result } = await inPage(
    async ({ records }) => {
      const limits = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "limits").get;
      Object.defineProperty(GPUAdapter.prototype, "limits", {
        get() {
          const real = limits.call(this);
          return new Proxy(real, {
            get: (target, name) =>
              name === "maxComputeInvocationsPerWorkgroup" ? 128 : Reflect.get(target, name, target),
          });
        },
      });
      const scorer = await globalThis.tenure.load("/model.safetensors", {
        gpu: globalThis.tenure.gpu,
        device: "webgpu",
      });
      const { device, reason, logit } = await scorer.scoreManyAsync(records);
      return { device, reason, rows: logit.length };
    },
    { records: records.slice(0, 50) },
  );
  assert.deepEqual([result.device, result.reason.code, result.rows], ["cpu", "limits", 50]);
  assert.match(result.reason.message, /128 invocations in a workgroup, 256 are needed/);
});

test("a call can be aborted", async () => {
  const { result } = await inPage(
    async ({ records }) => {
      const scorer = await globalThis.tenure.load("/model.safetensors", {
        gpu: globalThis.tenure.gpu,
        device: "webgpu",
      });
      await scorer.scoreManyAsync(records.slice(0, 10));
      const abort = new AbortController();
      const pending = scorer.scoreManyAsync(
        Array.from({ length: 200_000 }, (_, row) => records[row % 50]),
        { signal: abort.signal },
      );
      abort.abort();
      const outcome = await pending.then(
        () => "done",
        (error) => error.code,
      );
      return { outcome, device: (await scorer.scoreManyAsync(records.slice(0, 10))).device };
    },
    { records },
  );
  assert.deepEqual(result, { outcome: "aborted", device: "webgpu" });
});

test("explainMany on the device gives the CPU's contributions, and the progress", async () => {
  const number = scorer.schema.fields.find(({ kind }) => kind === "number").name;
  const few = some.slice(0, 12).map((record, row) => (row === 5 ? { ...record, [number]: "many" } : record));
  const explaining = async ({ records, device, isLost }) => {
    const devices = [];
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...parameters) {
      const device = await request.apply(this, parameters);
      devices.push(device);
      return device;
    };
    const scorer = await globalThis.tenure.load("/model.safetensors", { gpu: globalThis.tenure.gpu, device });
    await scorer.scoreManyAsync(records);
    const pending = (async () => {
      const blocks = [];
      for await (const block of scorer.explainMany(records)) blocks.push(block);
      return blocks;
    })();
    await Promise.resolve();
    if (isLost) devices.forEach((lost) => lost.destroy());
    const blocks = await pending;
    return {
      worked: blocks.map(({ device, reason }) => [device, reason?.code ?? ""].join(" ")),
      contributions: blocks.flatMap(({ contributions }) =>
        [...contributions].map((share) => (Number.isNaN(share) ? null : share)),
      ),
      done: blocks.at(-1).done,
    };
  };
  const expected = [];
  for await (const { contributions } of scorer.explainMany(few)) expected.push(...contributions);
  for (const isLost of [false, true]) {
    const { result } = await inPage(explaining, { records: few, device: "webgpu", isLost });
    const worked = isLost ? "cpu device_failed" : "webgpu ";
    assert.deepEqual([result.done, [...new Set(result.worked)]], [12, [worked]]);
    assert.equal(result.contributions.length, expected.length);
    for (const [at, share] of expected.entries()) {
      const given = result.contributions[at];
      assert.ok(
        Number.isNaN(share) ? given === null : Math.abs(given - share) <= TOLERANCE,
        `${at}: ${given} ${share}`,
      );
    }
  }
});

test("dates count back from the reference that load was given", async () => {
  const { name, bytes } = datedArtifact("2024-03-01");
  const reference = "2024-04-20";
  const dated = some.slice(0, 20).map((record) => ({ ...record, [name]: "2024-02-10" }));
  const { result } = await inPage(
    async ({ bytes, reference, dated }) => {
      const scorer = await globalThis.tenure.load(Uint8Array.from(bytes), {
        gpu: globalThis.tenure.gpu,
        device: "webgpu",
        reference,
      });
      const { device, logit } = await scorer.scoreManyAsync(dated);
      const blocks = [];
      for await (const block of scorer.explainMany(dated.slice(0, 2))) blocks.push(block);
      return {
        worked: [...new Set([device, ...blocks.map((block) => block.device)])],
        logit: [...logit],
        contributions: blocks.flatMap((block) => [...block.contributions]),
      };
    },
    { bytes: [...bytes], reference, dated },
  );
  assert.deepEqual(result.worked, ["webgpu"]);
  const [by, byDefault] = await Promise.all([{ reference }, {}].map((options) => load(new Uint8Array(bytes), options)));
  // A block holds as many customers as fit its time: a busy machine gives one customer a block.
  const contributions = [];
  for await (const block of by.explainMany(dated.slice(0, 2))) contributions.push(...block.contributions);
  for (const [given, expected] of [
    [result.logit, by.scoreMany(dated).logit],
    [result.contributions, contributions],
  ]) {
    assert.equal(given.length, expected.length);
    given.forEach((value, at) =>
      assert.ok(Math.abs(value - expected[at]) <= TOLERANCE, `${at}: ${value} ${expected[at]}`),
    );
  }
  assert.ok(
    by.scoreMany(dated).logit.some((logit, row) => Math.abs(logit - byDefault.scoreMany(dated).logit[row]) > 0.01),
  );
});

test("beyond the budget the device samples, with the CPU's draws, errors and tolerance", async () => {
  const options = [
    { budget: 4000, seed: 3 },
    { budget: 20_000, tolerance: 0.01 },
  ];
  const explaining = async ({ records, options }) => {
    const scorer = await globalThis.tenure.load("/model.safetensors", { gpu: globalThis.tenure.gpu, device: "webgpu" });
    const results = [];
    for (const each of options) {
      for await (const { device, reason, contributions, standardError } of scorer.explainMany(records, each)) {
        results.push({
          worked: reason?.code ?? device,
          contributions: [...contributions],
          standardError: [...standardError],
        });
      }
    }
    const refused = await (async () => {
      for await (const block of scorer.explainMany(records, { budget: 20 })) return block.device;
    })().catch((error) => [error.code, error.message]);
    return { results, refused };
  };
  const few = some.slice(0, 8);
  const { result } = await inPage(explaining, { records: few, options });
  for (const [at, each] of options.entries()) {
    const { worked, contributions, standardError } = result.results[at];
    assert.equal(worked, "webgpu");
    const expected = { contributions: [], standardError: [] };
    for await (const block of scorer.explainMany(few, each)) {
      expected.contributions.push(...block.contributions);
      expected.standardError.push(...block.standardError);
    }
    assert.ok(Math.max(...expected.standardError) > 0, "nothing was sampled");
    const differs = (list, other) =>
      list.map((value, index) => Math.abs(value - other[index])).filter((off) => !(off <= TOLERANCE));
    assert.equal(contributions.length, expected.contributions.length);
    assert.deepEqual(differs(contributions, expected.contributions), []);
    assert.deepEqual(differs(standardError, expected.standardError), []);
  }
  // The CPU's message.
  assert.equal(result.refused[0], "argument_invalid");
  assert.match(result.refused[1], /budget must be at least/);
});

/** Runs in a page: renames the emulator, so that `auto` measures it like a real adapter. */
const pretendToBeReal = () => {
  const info = {
    vendor: "acme",
    architecture: "one",
    device: "",
    description: "",
    subgroupMinSize: 4,
    subgroupMaxSize: 4,
    isFallbackAdapter: false,
  };
  Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
  Object.defineProperty(GPUAdapter.prototype, "isFallbackAdapter", { get: () => false });
};

test("auto measures an adapter once, in the background, and remembers", async () => {
  const measuring = async ({ records }) => {
    // The emulator must be slower, and the CPU goes on.
    const large = Array.from({ length: 40_000 }, (_, row) => records[row % records.length]);
    const rounds = [];
    for (let round = 0; round < 2; round++) {
      const scorer = await globalThis.tenure.load("/model.safetensors", { gpu: globalThis.tenure.gpu, device: "auto" });
      const first = await scorer.scoreManyAsync(large);
      let report = await scorer.device();
      for (
        let waited = 0;
        report.rows === undefined && report.reason?.code !== "adapter_software" && waited < 600;
        waited++
      ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        report = await scorer.device();
      }
      const few = await scorer.scoreManyAsync(records.slice(0, 10));
      rounds.push({
        first: first.reason?.code ?? first.device,
        rows: typeof report.rows,
        few: few.reason?.code ?? few.device,
      });
    }
    return rounds;
  };
  const { result } = await inPage(measuring, { records }, browser, pretendToBeReal);
  assert.deepEqual(result[0], { first: "not_measured", rows: "number", few: "slower" });
  // Remembered: nothing is measured again.
  assert.notEqual(result[1].first, "not_measured");
  assert.deepEqual([result[1].rows, result[1].few], ["number", "slower"]);
});

test("auto measures explained customers too, and remembers from how many on the device is worth it", async () => {
  const measuring = async ({ records }) => {
    const many = Array.from({ length: 100 }, (_, row) => records[row % records.length]);
    const explain = async (scorer, records) => {
      const worked = [];
      for await (const { device, reason } of scorer.explainMany(records, { budget: 2000 }))
        worked.push(reason?.code ?? device);
      return [...new Set(worked)];
    };
    const rounds = [];
    for (let round = 0; round < 2; round++) {
      const scorer = await globalThis.tenure.load("/model.safetensors", { gpu: globalThis.tenure.gpu, device: "auto" });
      const first = await explain(scorer, many);
      let report = await scorer.device();
      for (
        let waited = 0;
        report.walks === undefined && report.reason?.code !== "device_failed" && waited < 600;
        waited++
      ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        report = await scorer.device();
      }
      rounds.push({ first, walks: String(report.walks), one: await explain(scorer, records.slice(0, 1)) });
      scorer.dispose();
    }
    const [key] = Object.keys(localStorage).filter((key) => key.startsWith("tenure/gpu/"));
    return { rounds, kept: JSON.parse(localStorage.getItem(key)) };
  };
  const { result } = await inPage(measuring, { records: some }, browser, pretendToBeReal);
  const [before, after] = result.rounds;
  // Nothing is measured at first, and the CPU does not wait for the measurement.
  assert.equal(before.first[0], "not_measured");
  // JSON writes Infinity (never faster) as null.
  assert.equal(before.walks, result.kept.walks === null ? "Infinity" : String(result.kept.walks));
  assert.equal(after.walks, before.walks, "remembered, not measured again");
  assert.ok(!after.first.includes("not_measured"), after.first.join());
  if (Number(before.walks) > 1) assert.deepEqual([before.one, after.one], [["slower"], ["slower"]]);
});
