/**
 * Writes `sw.js`, the service worker with the list of the files that it keeps, after all other
 * files are written. Its revision is a hash of the content of all these files, so it changes
 * exactly when the page changes.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { type Plugin, type ResolvedConfig, transformWithOxc } from "vite";

const SOURCE = "src/service-worker.ts";
const NOT_KEPT = new Set(["sw.js", "_headers"]);

export function offline(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "tenure-offline",
    apply: "build",
    enforce: "post",
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle(error?: Error) {
      if (error) return;
      const folder = resolve(config.root, config.build.outDir);
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .filter((file) => !NOT_KEPT.has(file) && !file.endsWith(".map"))
        .sort();

      const hash = createHash("sha256");
      for (const file of files) hash.update(`${file}\n`).update(await readFile(join(folder, file)));
      const source = await readFile(join(config.root, SOURCE), "utf8");
      hash.update(source);

      const { code } = await transformWithOxc(source, SOURCE);
      const kept = { revision: hash.digest("hex").slice(0, 16), files };
      await writeFile(
        join(folder, "sw.js"),
        code.replace("KEPT_FILES", () => JSON.stringify(kept)),
      );
    },
  };
}
