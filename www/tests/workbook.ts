/** A workbook (.xlsx) with the given sheets: the parts that a reader needs, in an archive without compression. */
import { crc32 } from "node:zlib";

/** @param sheets rows of texts by the name of the sheet. */
export function workbook(sheets: Readonly<Record<string, readonly (readonly string[])[]>>): Buffer {
  const names = Object.keys(sheets);
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const relations = (entries: string[]) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries.join("")}</Relationships>`;
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
  const parts: [string, string][] = [
    ["_rels/.rels", relations([relation("r", "officeDocument", "xl/workbook.xml")])],
    [
      "xl/workbook.xml",
      `<workbook ${main} xmlns:r="${office}"><sheets>${names.map((name, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="r${index}"/>`).join("")}</sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      relations(names.map((_, index) => relation(`r${index}`, "worksheet", `worksheets/${index}.xml`))),
    ],
    ...Object.values(sheets).map((rows, index): [string, string] => [
      `xl/worksheets/${index}.xml`,
      `<worksheet ${main}><sheetData>${rows.map(row).join("")}</sheetData></worksheet>`,
    ]),
  ];
  return archive(parts.map(([name, text]) => [name, Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`)]));
}

function row(cells: readonly string[], index: number): string {
  const texts = cells.map(
    (text, column) => `<c r="${letters(column)}${index + 1}" t="inlineStr"><is><t>${text}</t></is></c>`,
  );
  return `<row r="${index + 1}">${texts.join("")}</row>`;
}

function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last;
}

/** A zip archive of stored files. */
function archive(files: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt32LE(crc32(content), 14);
    head.writeUInt32LE(content.length, 18);
    head.writeUInt32LE(content.length, 22);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    // The directory repeats the head from the needed version on.
    head.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(at, 42);
    const body = Buffer.concat([head, Buffer.from(name), content]);
    bodies.push(body);
    directory.push(Buffer.concat([entry, Buffer.from(name)]));
    at += body.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, listed, end]);
}
