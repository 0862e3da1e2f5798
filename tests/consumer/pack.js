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
 * copies the model to each path of `models`. The caller removes it.
 */
export function installedApp({ files = {}, models = ["model.safetensors"] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "tenure-app-"));
  npm(PACKAGE, "pack", ...QUIET, "--pack-destination", folder);
  const { version } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "app", version: "1.0.0", private: true, type: "module" }),
  );
  npm(folder, "install", ...QUIET, `./tenure-${version}.tgz`);
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

/** The README's code block whose first line is a comment with its name. */
export function readmeExample(name) {
  const text = readFileSync(join(PACKAGE, "README.md"), "utf8");
  const blocks = [...text.matchAll(/```(?:js|jsx|vue|html)\n(.*?)```/gs)].map(([, block]) => block);
  const found = blocks.find((block) => [`// ${name}\n`, `<!-- ${name} -->\n`].some((line) => block.startsWith(line)));
  if (found === undefined) throw new Error(`the README has no example whose first line is a comment with "${name}"`);
  return found;
}
