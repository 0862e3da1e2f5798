#!/usr/bin/env node
/** `npx tenure`: the command of the npm package. */

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { declarations } from "./declarations.js";
import { load } from "./node.js";
import { TenureError } from "./tenure-error.js";

const HELP = `Writes the TypeScript types of a model's customers.

Usage: npx tenure types <MODEL> [OPTIONS]

Arguments:
  <MODEL>                The file model.safetensors that \`tenure train\` writes: a path or a URL

Options:
  -o, --output <FILE>    The file to write, such as src/customer.d.ts [default: standard output]
      --name <NAME>      Name of the interface [default: Customer]
      --exact            Refuse texts that are no category of the model; otherwise they compile, and count as OTHER
  -h, --help             Print this help

Exit codes: 0 done; 1 the file is not a model; 2 the arguments are wrong; 3 a file cannot be read or written.
The command that trains models has the same name: see the repository.
`;

/** An error with its exit code. */
class Failure extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const OPTIONS = {
  output: { type: "string", short: "o" },
  name: { type: "string", default: "Customer" },
  exact: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Failure(2, (error as Error).message);
  }
}

async function run(args: readonly string[]): Promise<void> {
  const { values, positionals } = parsed(args);
  const [command, source, ...others] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (command === undefined)
    throw new Failure(2, "a command is missing; the npm package has one: tenure types <MODEL>");
  if (command !== "types") {
    throw new Failure(2, `there is no command ${command} in the npm package; it has one: tenure types <MODEL>`);
  }
  if (source === undefined) throw new Failure(2, "the model is missing: tenure types <MODEL>");
  if (others.length > 0) throw new Failure(2, `one model at a time: ${others.join(" ")} is too much`);
  if (!/^[A-Za-z_$][\w$]*$/.test(values.name)) {
    throw new Failure(
      2,
      `--name must be the name of an interface, such as Customer, not ${JSON.stringify(values.name)}`,
    );
  }
  const scorer = await load(source).catch((error: unknown) => {
    throw error instanceof TenureError && error.code !== "fetch_failed"
      ? new Failure(1, `${source}: ${error.message}`)
      : error;
  });
  const text = declarations(scorer.schema, values);
  scorer.dispose();
  if (values.output === undefined) process.stdout.write(text);
  else write(values.output, text);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(3, `cannot write ${file}: ${(error as Error).message}`);
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure || error instanceof TenureError)) throw error;
  // Anything but a failure with a code is a file that cannot be read.
  const code = error instanceof Failure ? error.exitCode : 3;
  console.error(`error: ${error.message}${code === 2 ? "\n\nFor help: npx tenure --help" : ""}`);
  process.exitCode = code;
}
