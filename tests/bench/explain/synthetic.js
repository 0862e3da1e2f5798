/**
 * Artifacts of wide synthetic networks: number fields, and seeded random weights with interactions.
 */

import { writeFileSync } from "node:fs";
import { random } from "../network.js";

const KNOTS = [-1.5, -0.5, 0.5, 1.5];
const UNITS = 32;
const BACKGROUND_ROWS = 32;

/** Writes an artifact of `fields` fields; returns records that it explains. */
export function writeSynthetic(path, fields, customers) {
  const next = random(1000 + fields);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const names = Array.from({ length: fields }, (_, index) => `x${index}`);
  const record = () =>
    Object.fromEntries(names.map((name) => [name, Math.round(1000 * Math.max(-1.5, Math.min(1.5, normal()))) / 1000]));
  const rows = fields * (KNOTS.length + 1);
  const values = (count, spread) => Float32Array.from({ length: count }, () => normal() * spread);
  const tensors = {
    table: [[rows, UNITS], values(rows * UNITS, 1.5 / Math.sqrt(fields))],
    direct: [[rows], values(rows, 0.3 / Math.sqrt(fields))],
    bias: [[UNITS], values(UNITS, 0.5)],
    output: [[UNITS], values(UNITS, 1 / Math.sqrt(UNITS))],
    output_bias: [[1], values(1, 0.1)],
  };
  const document = {
    format_version: 3,
    schema: {
      schema_version: 1,
      name: `${fields} made-up fields`,
      target: { field: "y", positive: "1" },
      fields: names.map((name) => ({ name, kind: "number" })),
    },
    encoder: { inputs: names.map((name) => ({ name, knots: KNOTS })) },
    calibration: { method: "temperature", temperature: 1 },
    policy: { tiers: [{ name: "all", label: "All", from: 0 }] },
    background: {
      k: 20,
      rows: Array.from({ length: BACKGROUND_ROWS }, () => ({ members: 20, cells: Object.values(record()) })),
    },
    card: { name: "made up", network: { hidden: [UNITS] } },
  };
  const header = { __metadata__: { tenure: JSON.stringify(document) } };
  let at = 0;
  for (const [name, [shape, data]] of Object.entries(tensors)) {
    const end = at + data.byteLength;
    header[name] = { dtype: "F32", shape, data_offsets: [at, end] };
    at = end;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Object.values(tensors).map(([, { buffer }]) => Buffer.from(buffer));
  writeFileSync(path, Buffer.concat([length, text, ...data]));
  return Array.from({ length: customers }, record);
}
