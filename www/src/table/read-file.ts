/** Reads a chosen file as text, or says why it is not a table. */
import { UnusableFile } from "../text/failure";
import { formatBytes } from "../text/numbers";

/**
 * Bytes. The page keeps the whole table in memory; beyond this a browser reaches its limits of text
 * length and memory.
 */
const LARGEST = 400e6;

const SIGNATURES: [string, number[]][] = [
  ["an Excel workbook or a ZIP archive", [0x50, 0x4b, 0x03, 0x04]],
  ["an old Excel workbook", [0xd0, 0xcf, 0x11, 0xe0]],
  ["a PDF", [0x25, 0x50, 0x44, 0x46]],
  ["a Parquet file", [0x50, 0x41, 0x52, 0x31]],
  ["a gzip archive", [0x1f, 0x8b]],
];

/** The bytes of the file; throws if there are more than `LARGEST`. */
export async function readBytes(file: Blob, name: string): Promise<Uint8Array> {
  if (file.size > LARGEST) {
    throw new UnusableFile(
      `${name} is too large for the page`,
      `It has ${formatBytes(file.size)}. The page keeps the whole table in memory and takes at most ${formatBytes(LARGEST)}, about three million customers. For a larger table use the command \`tenure score\`.`,
    );
  }
  return new Uint8Array(await file.arrayBuffer());
}

/** The text, and a notice if its encoding is not UTF-8. */
export function decode(bytes: Uint8Array, name: string): { text: string; notices: string[] } {
  if (bytes.length === 0)
    throw new UnusableFile(`${name} is empty`, "It has 0 bytes. Choose a CSV file with a header line.");

  for (const [what, signature] of SIGNATURES) {
    if (signature.every((byte, index) => bytes[index] === byte)) {
      throw new UnusableFile(
        `${name} is not a CSV file`,
        `It is ${what}. Save the table as CSV (comma-separated, UTF-8) and choose that file.`,
      );
    }
  }
  for (const [encoding, mark] of [
    ["utf-16le", [0xff, 0xfe]],
    ["utf-16be", [0xfe, 0xff]],
  ] as const) {
    if (mark.every((byte, index) => bytes[index] === byte)) {
      return {
        text: new TextDecoder(encoding).decode(bytes),
        notices: [`The file was read as ${encoding.toUpperCase()}.`],
      };
    }
  }
  if (bytes.subarray(0, 65_536).includes(0)) {
    throw new UnusableFile(
      `${name} is not a CSV file`,
      "It contains binary data. Choose a text file with a header line and one customer per line.",
    );
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), notices: [] };
  } catch {
    // Spreadsheets on Windows write this encoding by default. Every byte is valid in it.
    const text = new TextDecoder("windows-1252").decode(bytes);
    return { text, notices: ["The file is not UTF-8; it was read as Windows-1252. Check accented letters."] };
  }
}
