/** The artifact that the tests load, and records that fit its schema. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** Path of the artifact: `TENURE_ARTIFACT`, or the demo's, or the newest in tests/artifacts. */
export function artifactPath() {
  const given = process.env["TENURE_ARTIFACT"];
  if (given) return given;
  const demo = new URL("target/demo/model.safetensors", ROOT);
  if (existsSync(demo)) return fileURLToPath(demo);
  const kept = new URL("tests/artifacts/", ROOT);
  const names = existsSync(kept)
    ? readdirSync(kept)
        .filter((name) => name.endsWith(".safetensors"))
        .sort()
    : [];
  const newest = names.at(-1);
  if (newest === undefined)
    throw new Error("no artifact to test with: run `cargo xtask demo --no-serve`, or set TENURE_ARTIFACT");
  return fileURLToPath(new URL(newest, kept));
}

/** The JSON document in the artifact's metadata. */
export function readDocument() {
  const bytes = readFileSync(artifactPath());
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  return JSON.parse(header["__metadata__"].tenure);
}

/**
 * By field: the numbers of the reference customers, which lie within the range seen in training.
 */
const numbers = new Map();
const { schema, background } = readDocument();
schema.fields.forEach(({ name, kind }, index) => {
  if (kind === "number")
    numbers.set(
      name,
      background.rows.map(({ cells }) => cells[index]).filter((cell) => cell !== null),
    );
});

/** A value of a field, chosen by `seed`. */
function sampleValue(field, seed) {
  if (field.kind === "category") return field.categories[seed % field.categories.length];
  if (field.kind === "flag") return seed % 2 === 0 ? field.negative : field.positive;
  const values = numbers.get(field.name);
  return values[seed % values.length];
}

/** A record of the schema, chosen by `seed`. */
export function sampleRecord(schema, seed = 0) {
  const value = (field, index) => sampleValue(field, seed * 31 + index * (seed + 1));
  return Object.fromEntries(schema.fields.map((field, index) => [field.name, value(field, index)]));
}

/** Records of the schema, by the seeds from 0. */
export function sampleRecords(schema, count) {
  return Array.from({ length: count }, (_, seed) => sampleRecord(schema, seed));
}

/** The first field of a kind that satisfies the condition. */
export function fieldOf(schema, kind, condition = () => true) {
  const field = schema.fields.find((candidate) => candidate.kind === kind && condition(candidate));
  if (field === undefined) throw new Error(`the test artifact has no fitting ${kind} field`);
  return field;
}

/**
 * The artifact with its first number field made a date: its knots are now days before the
 * reference. `keys` are more keys of the field.
 */
export function datedArtifact(reference, keys = {}) {
  return changedArtifact(({ name }) => ({ name, kind: "date", reference, ...keys }));
}

/** The artifact with texts that mean "missing" in its first number field. */
export function missingArtifact(missing) {
  return changedArtifact((field) => ({ ...field, missing }));
}

/** The artifact with its first number field changed, and the field's name. */
export function changedArtifact(change) {
  let name;
  const bytes = rewritten(readFileSync(artifactPath()), ({ schema: { fields } }) => {
    const index = fields.findIndex((field) => field.kind === "number");
    fields[index] = change(fields[index]);
    name = fields[index].name;
  });
  return { name, bytes };
}

/** The kept artifact with a policy. */
export function withPolicy(policy) {
  return rewritten(readFileSync(new URL("tests/artifacts/v1.safetensors", ROOT)), (document) => {
    document.policy = policy;
  });
}

/** The kept artifact with a policy, and a reference profile in its card. */
export function withReference(policy, reference) {
  return rewritten(readFileSync(new URL("tests/artifacts/v1.safetensors", ROOT)), (document) => {
    document.policy = policy;
    document.card.reference = reference;
  });
}

/** An artifact whose document was changed. */
function rewritten(bytes, change) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const document = JSON.parse(header["__metadata__"].tenure);
  // With the checksum of the file as it was, the changed one would count as damaged.
  document.checksum = undefined;
  change(document);
  header["__metadata__"].tenure = JSON.stringify(document);
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, " ")]);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([start, padded, bytes.subarray(8 + length)]);
}
