/** `--name value` pairs of a script's command line. */

/** Reads the pairs. Throws if a name in `required` is absent. */
export function readArguments(required, list = process.argv.slice(2)) {
  const values = {};
  for (let at = 0; at < list.length; at += 2) {
    const [name, value] = [list[at], list[at + 1]];
    if (!name.startsWith("--") || value === undefined)
      throw new Error(`expected --name value, found ${name} ${value ?? ""}`);
    values[name.slice(2)] = value;
  }
  const missing = required.filter((name) => !(name in values));
  if (missing.length > 0) throw new Error(`missing: ${missing.map((name) => `--${name}`).join(", ")}`);
  return values;
}
