/** The handler on Bun, for the benchmark. It prints its port. */

import { readFileSync } from "node:fs";
import { createHandler } from "tenure/edge";
import { readArguments } from "../arguments.js";

const { model } = readArguments(["model"]);
const { port } = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: createHandler({ artifact: readFileSync(model) }) });
console.log(port);
