/** Compares the types of an artifact's document with a real document, by the compiler. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readDocument } from "./artifact.js";

const here = dirname(fileURLToPath(import.meta.url));
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

test("schema and policy have every key that the core writes and no other, the card has every key of its type", () => {
  const { schema, card, policy } = readDocument();
  const lines = Object.entries({ Schema: schema, Card: card, Policy: policy }).map(
    ([type, value]) => `export const a${type} = ${JSON.stringify(value)} as const satisfies ${type};\n`,
  );
  // Inside the package, so that the compiler resolves "tenure".
  const folder = mkdtempSync(join(here, "types", "document-"));
  try {
    const file = join(folder, "document.ts");
    writeFileSync(file, `import type { Card, Policy, Schema } from "tenure";\n${lines.join("")}`);
    const flags = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "ES2022",
      "--module",
      "NodeNext",
      "--types",
      "node",
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...flags, file], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
