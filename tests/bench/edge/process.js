/** Starts the servers of the benchmark, and reads what they print. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Starts a program, whose first line is its port. */
export async function startServer(program, parameters) {
  const child = spawn(program, parameters, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value;
  const port = Number(await line());
  if (!(port > 0)) throw new Error(`${program} ${parameters.join(" ")} did not print its port`);
  return {
    port,
    /** The memory of our server. */
    async memory() {
      child.stdin.write("\n");
      return JSON.parse(await line());
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}

/** Starts our server on Node. */
export function startTenure(...parameters) {
  const script = fileURLToPath(new URL("server.js", import.meta.url));
  return startServer(process.execPath, ["--expose-gc", script, ...parameters]);
}

/** Starts our server on Bun: the program itself, because npm's wrapper starts it as a child. */
export function startOnBun(...parameters) {
  const path = (file) => fileURLToPath(new URL(file, import.meta.url));
  return startServer(path("../../edge/node_modules/bun/bin/bun.exe"), [path("bun.js"), ...parameters]);
}
