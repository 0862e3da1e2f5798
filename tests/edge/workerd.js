/** Runs a worker in workerd, the runtime of Cloudflare Workers, on a free port of 127.0.0.1. */

import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));

/** The kind of a module in workerd's configuration, by the ending of its name. */
const KINDS = { js: "esModule", wasm: "wasm", safetensors: "data" };

/**
 * Modules that resolve the package's names. A bundler such as wrangler's does that; workerd only
 * knows paths.
 */
const links = (entry) => ({
  "tenure.js": `export * from "./node_modules/tenure/dist/${entry}.js";`,
  "tenure-edge.js": 'export * from "../node_modules/tenure/dist/edge.js";',
  "tenure-own.js": `export * from "./${entry}.js";`,
});

/**
 * Writes those modules into an app, and returns all modules of the worker in `file`. The name `tenure`
 * leads to `dist/ENTRY.js`, which imports the module `wasm`.
 */
export function packageModules(folder, file, entry = "workerd", wasm = "tenure_bg.wasm") {
  for (const [name, text] of Object.entries(links(entry))) writeFileSync(join(folder, name), text);
  const installed = [`dist/${entry}.js`, "dist/edge.js", `wasm/${wasm}`].map((name) => ({
    name: `node_modules/tenure/${name}`,
  }));
  const linked = [
    { name: "tenure", file: "tenure.js" },
    { name: "tenure/edge", file: "tenure-edge.js" },
    { name: "node_modules/tenure/dist/tenure", file: "tenure-own.js" },
  ];
  return [{ name: file }, ...linked, { name: "model.safetensors" }, ...installed];
}

/** The configuration: every module by the name that imports resolve to. The first is the worker. */
function configuration(modules) {
  const lines = modules.map(({ name, file }) => {
    const kind = KINDS[(file ?? name).split(".").at(-1)];
    return `    (name = ${JSON.stringify(name)}, ${kind} = embed ${JSON.stringify(file ?? name)}),`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
${lines.join("\n")}
  ],
  compatibilityDate = "2026-01-01",
);
`;
}

/**
 * Starts workerd in a folder. A module is `{ name, file }`: the name that imports resolve to, and
 * its file (default: the name). Resolves with the address once workerd listens. Rejects with its
 * output if it ends before.
 */
export async function startWorkerd(folder, modules) {
  writeFileSync(join(folder, "config.capnp"), configuration(modules));
  // The program itself, not the package's launcher, so that `kill` ends it.
  const { default: program } = require("workerd");
  const child = spawn(program, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await ended;
  };
  const port = await new Promise((resolve, reject) => {
    let control = "";
    child.stdio[3].on("data", (chunk) => {
      control += chunk;
      for (const line of control.split("\n").slice(0, -1)) {
        const message = JSON.parse(line);
        if (message.event === "listen") resolve(message.port);
      }
    });
    child.once("error", reject);
    ended.then(() => reject(new Error(`workerd ended before it listened:\n${printed}`)));
  });
  return { origin: `http://127.0.0.1:${port}`, stop, printed: () => printed };
}
