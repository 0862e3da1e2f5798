/** The command `tenure types` of the package. The file that it writes is compiled with tests/types. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { model } from "tenure/testing";
import { changedArtifact, datedArtifact } from "./artifact.js";

const COMMAND = fileURLToPath(new URL("../dist/command-node.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tenure-command-"));
after(() => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "model.safetensors"), model);

function tenure(...parameters) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...parameters], {
    cwd: folder,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("it writes the file that the tests of types compile", () => {
  const expected = readFileSync(new URL("types/customer.d.ts", import.meta.url), "utf8");
  assert.deepEqual(tenure("types", "model.safetensors"), { status: 0, stdout: expected, stderr: "" });
  assert.deepEqual(tenure("types", "model.safetensors", "-o", "customer.d.ts"), { status: 0, stdout: "", stderr: "" });
  assert.equal(readFileSync(join(folder, "customer.d.ts"), "utf8"), expected);
});

test("names, kinds and formats of fields become types", () => {
  const typed = (change, ...parameters) => {
    writeFileSync(join(folder, "changed.safetensors"), change.bytes);
    const { status, stdout, stderr } = tenure("types", "changed.safetensors", ...parameters);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  assert.match(typed(datedArtifact("2024-01-31")), /readonly \w+: string \| Date \| number \| null;/);
  const named = changedArtifact(({ name }) => ({
    name,
    label: "net */ price",
    kind: "number",
    decimal: ",",
    minimum: -1,
    unit: "€",
  }));
  assert.match(
    typed(named),
    /\/\*\* net \* \/ price, in €, at least -1\. \*\/\n {2}readonly \w+: number \| bigint \| string \| null;/,
  );
  const exact = typed(named, "--exact", "--name", "Abonnent");
  assert.match(exact, /export interface Abonnent \{[\s\S]*export type AbonnentScorer = Scorer<Abonnent>;/);
  assert.doesNotMatch(exact, /string & \{\}/);
});

test("--help is printed, and wrong input has its exit code", () => {
  const help = tenure("--help");
  assert.deepEqual([help.status, help.stderr], [0, ""]);
  assert.match(help.stdout, /tenure types <MODEL>[\s\S]*--output[\s\S]*Exit codes/);
  writeFileSync(join(folder, "page.html"), "<!doctype html>");
  for (const [parameters, status, message] of [
    [[], 2, /a command is missing/],
    [["train"], 2, /there is no command train in the npm package/],
    [["types"], 2, /the model is missing/],
    [["types", "one", "two"], 2, /one model at a time: two is too much/],
    [["types", "model.safetensors", "--exakt"], 2, /--exakt/],
    [["types", "model.safetensors", "--name", "a b"], 2, /--name must be the name of an interface.*"a b"/],
    [["types", "page.html"], 1, /page\.html: .*web page/],
    [["types", "absent.safetensors"], 3, /cannot read absent\.safetensors: ENOENT/],
    [["types", "model.safetensors", "-o", "absent/customer.d.ts"], 3, /cannot write absent\/customer\.d\.ts/],
  ]) {
    const failed = tenure(...parameters);
    assert.deepEqual([failed.status, failed.stdout], [status, ""], parameters.join(" "));
    assert.match(failed.stderr, message);
    assert.match(failed.stderr, /^error: /);
  }
});
