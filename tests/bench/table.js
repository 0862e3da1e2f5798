/** Reads a CSV table into records, with numbers as numbers and blanks as null. */

import { readFileSync } from "node:fs";

/** Lines of cells, with quotes as in RFC 4180. */
export function readCsv(path) {
  const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  const rows = [];
  let cells = [];
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/gy;
  for (let match = cell.exec(text); match !== null && cell.lastIndex <= text.length; match = cell.exec(text)) {
    const [all, raw, end] = match;
    cells.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end !== ",") {
      if (cells.length > 1 || cells[0] !== "") rows.push(cells);
      cells = [];
    }
    if (all === "" && cell.lastIndex === text.length) break;
  }
  return rows;
}

/** The table's rows as records of the schema's fields. */
export function readRecords(path, { fields }) {
  const [header, ...rows] = readCsv(path);
  const places = fields.map((field) => ({ field, at: header.indexOf(field.name) }));
  const absent = places.filter(({ at }) => at < 0).map(({ field }) => field.name);
  if (absent.length > 0) throw new Error(`${path} has no columns for the model's fields ${absent.join(", ")}`);
  return rows.map((cells) =>
    Object.fromEntries(places.map(({ field, at }) => [field.name, parsedValue(field, cells[at].trim())])),
  );
}

function parsedValue(field, text) {
  if (text === "" || field.missing?.includes(text)) return null;
  return field.kind === "number" ? Number(text) : text;
}
