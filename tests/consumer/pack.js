/** An app with the package as users get it: packed by npm, and installed from the tarball. */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { artifactPath } from "../../pkg/tests/artifact.js";

const PACKAGE = fileURLToPath(new URL("../../pkg/", import.meta.url));
const QUIET = ["--silent", "--no-audit", "--no-fund", "--offline"];

function npm(folder, ...parameters) {
  // `npm run` in a workspace sets npm_config_*, which must not reach the app.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return execFileSync("npm", parameters, { cwd: folder, env, encoding: "utf8", shell: process.platform === "win32" });
}

/** Names of the files in the tarball. */
export function packedFiles() {
  // The JSON is a list or an object by package name, depending on the version of npm.
  const packed = JSON.parse(npm(PACKAGE, "pack", "--dry-run", "--json"));
  const [{ files }] = Array.isArray(packed) ? packed : Object.values(packed);
  return files.map(({ path }) => path).sort();
}

/**
 * Makes an app in a temporary folder: installs the package, writes `files` (name → text), and
 * copies the model to each path of `models`. The caller removes it. An app `within` a folder finds
 * the tools in its node_modules.
 */
export function installedApp({ files = {}, models = ["model.safetensors"], within = tmpdir() } = {}) {
  const folder = mkdtempSync(join(within, "tenure-app-"));
  const tarball = packageTarball(folder);
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "app", version: "1.0.0", private: true, type: "module" }),
  );
  npm(folder, "install", ...QUIET, tarball);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of models) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    copyFileSync(artifactPath(), join(folder, name));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The README's code block whose first line is a comment with this name. */
export function readmeExample(name) {
  const found = examples().get(name);
  if (found === undefined) throw new Error(`the README has no example whose first line is "// ${name}"`);
  return found;
}

/** The README's code blocks for a tool, which are named `TOOL/FILE`: file → text. */
export function readmeFiles(tool) {
  const own = [...examples()].filter(([name]) => name.startsWith(`${tool}/`));
  if (own.length === 0) throw new Error(`the README has no example whose first line is "// ${tool}/…"`);
  return Object.fromEntries(own.map(([name, text]) => [name.slice(tool.length + 1), text]));
}

/** The README's code blocks by the name in their first line. JSON has no comments, so it loses it. */
function examples() {
  const text = readFileSync(join(PACKAGE, "README.md"), "utf8");
  const blocks = [...text.matchAll(/```\w+\n((?:\/\/|#|<!--) (\S+).*?\n)(.*?)```/gs)];
  return new Map(blocks.map(([, line, name, rest]) => [name, name.endsWith(".json") ? rest : line + rest]));
}

/** Packs the package into a folder, and returns the tarball's path. */
export function packageTarball(folder) {
  npm(PACKAGE, "pack", ...QUIET, "--pack-destination", folder);
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  return join(folder, `tenure-${version}.tgz`);
}
