/** Runs examples of the README that need packages beside this one. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { artifactPath } from "./artifact.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A folder with the model and these files (name → content), which finds the workspace's packages. */
export function readmeApp(files) {
  const folder = mkdtempSync(join(tmpdir(), "tenure-readme-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  copyFileSync(artifactPath(), join(folder, "model.safetensors"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return {
    /** Runs the example whose first line is a comment with this name; returns what it prints. */
    run(name) {
      writeFileSync(join(folder, name), example(name));
      const { status, stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: "utf8" });
      assert.equal(status, 0, stdout + stderr);
      return stdout;
    },
    read: (name) => readFileSync(join(folder, name)),
  };
}

function example(name) {
  const text = readFileSync(join(ROOT, "pkg/README.md"), "utf8");
  const start = text.indexOf(`\n// ${name}\n`);
  assert.ok(start >= 0, `the README has no example whose first line is "// ${name}"`);
  return text.slice(start, text.indexOf("\n```", start));
}
