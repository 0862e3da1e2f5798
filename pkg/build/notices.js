/**
 * Writes THIRD-PARTY-NOTICES before npm packs the package: the crates that are compiled into the
 * WebAssembly modules, their licences and the texts of these.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const hasGpu = existsSync(join(ROOT, "pkg/gpu/tenure_gpu_bg.wasm"));
const TARGET = "wasm32-unknown-unknown";
const FEATURES = ["--no-default-features", "--features", hasGpu ? "wasm,webgpu" : "wasm"];

function cargo(...parameters) {
  return execFileSync("cargo", [...parameters, "--offline"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** The crates of the modules: name, version and licences. Macros run when a module is compiled. */
function crates() {
  const format = ["--prefix", "none", "--format", "{p}\t{l}"];
  const edges = ["--edges", "normal,no-proc-macro", "--target", TARGET];
  const lines = cargo("tree", "--package", "tenure", ...FEATURES, ...edges, ...format).split("\n");
  const named = lines.map((line) => /^(\S+) v(\S+).*\t(.*?)(?: \(\*\))?$/.exec(line)).filter((found) => found !== null);
  const unique = new Map(named.map(([, name, version, licence]) => [`${name} ${version}`, licence]));
  return [...unique].filter(([crate]) => !crate.startsWith("tenure ")).sort();
}

/** Folders of the crates' sources, by name and version. */
function folders() {
  const { packages } = JSON.parse(cargo("metadata", "--format-version", "1", "--filter-platform", TARGET, ...FEATURES));
  return new Map(packages.map(({ name, version, manifest_path }) => [`${name} ${version}`, dirname(manifest_path)]));
}

/** The texts of a crate's licences. One of several alternatives is enough, and MIT's is the shortest. */
function texts(folder, licence) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  const mit = names.filter((name) => /mit/i.test(name));
  const chosen = /\bMIT\b/.test(licence) && !/\bAND\b/.test(licence) && mit.length > 0 ? mit : names;
  return chosen.sort().map((name) => readFileSync(join(folder, name), "utf8").trim());
}

const places = folders();
const users = new Map();
const list = crates();
for (const [crate, licence] of list) {
  for (const text of texts(places.get(crate), licence)) users.set(text, [...(users.get(text) ?? []), crate]);
}
const parts = [...users].map(([text, names]) => `${"=".repeat(80)}\n${names.join(", ")}\n\n${text}\n`);
const head = "The WebAssembly modules of this package contain these crates:\n\n";
const lines = list.map(([crate, licence]) => `${crate}: ${licence}\n`);
writeFileSync(join(ROOT, "pkg/THIRD-PARTY-NOTICES"), `${head}${lines.join("")}\n${parts.join("\n")}`);
