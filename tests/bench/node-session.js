/**
 * One session in a fresh Node process: `node node-session.js --engine NAME --inputs FOLDER --part
 * cold|warm` prints its figures as JSON.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readArguments } from "./arguments.js";
import { measure } from "./session.js";

const { engine, inputs, part } = readArguments(["engine", "inputs", "part"]);
const { network, records } = JSON.parse(await readFile(join(inputs, "inputs.json"), "utf8"));
const given = {
  network,
  records,
  address: (name) => join(inputs, name),
  async read(name) {
    const bytes = await readFile(join(inputs, name));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  },
};
const results = await measure(given, () => import(`./engines/${engine}.js`), part === "cold");
process.stdout.write(`${JSON.stringify(results)}\n`);
process.exit(0);
