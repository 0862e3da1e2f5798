/**
 * Hashes of artifacts: checks the option `integrity` of `load`, and names a model. A script of its own
 * in `dist`, which is loaded when it is first needed.
 */

import { kindOf } from "./error.js";
import { TenureError } from "./tenure-error.js";

/** The algorithms of subresource integrity, the strongest first. */
const ALGORITHMS = ["sha512", "sha384", "sha256"];
/** One hash, with options that are ignored, as browsers do. */
const HASH = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(\?.*)?$/;

/**
 * @internal Checks bytes against hashes as in the attribute `integrity` of HTML. Only those of the
 *   strongest algorithm count, and one of them must fit.
 */
export async function checkIntegrity(bytes: Uint8Array, integrity: unknown): Promise<void> {
  const hashes = parsed(integrity);
  const algorithm = ALGORITHMS.find((name) => hashes.some((hash) => hash.startsWith(name)))!;
  const expected = hashes.filter((hash) => hash.startsWith(algorithm));
  const actual = `${algorithm}-${btoa(String.fromCharCode(...(await digest(algorithm, bytes))))}`;
  if (expected.includes(actual)) return;
  const message = `must be ${expected.join(" or ")}, as the option integrity says`;
  throw new TenureError(
    "integrity_mismatch",
    `the hash of the model ${message}, and it is ${actual}: the file is another one, or was changed on its way. Load it from where it was published; if the model is meant to be a new one, give its hash`,
    [{ field: "integrity", rule: "hash", value: actual, message }],
  );
}

/** @internal The SHA-256 of bytes, in hexadecimal, as `sha256sum` prints it. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return Array.from(await digest("sha256", bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The hashes of the option, in base64 with padding. */
function parsed(integrity: unknown): string[] {
  const parts = typeof integrity === "string" ? integrity.split(/\s+/).filter((part) => part !== "") : [];
  const wrong = parts.find((part) => !HASH.test(part));
  if (parts.length > 0 && wrong === undefined) return parts.map(normal);
  const given = wrong ?? (typeof integrity === "string" ? "a text without one" : kindOf(integrity));
  throw new TenureError(
    "argument_invalid",
    `integrity must have hashes such as sha256-… in base64, with blanks between them, not ${given}`,
  );
}

function normal(part: string): string {
  const [, algorithm, hash] = HASH.exec(part)!;
  const text = hash!.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/");
  return `${algorithm}-${text.padEnd(Math.ceil(text.length / 4) * 4, "=")}`;
}

async function digest(algorithm: string, bytes: Uint8Array): Promise<Uint8Array> {
  const name = algorithm.replace("sha", "SHA-");
  return new Uint8Array(await subtle("hashes", "integrity").digest(name, bytes as BufferSource));
}

/** @internal What computes hashes and verifies signatures. Pages without https do not have it. */
export function subtle(what: string, options: string): SubtleCrypto {
  const found = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (found !== undefined) return found;
  throw new TenureError(
    "crypto_unavailable",
    `${what} need crypto.subtle, which a page has only on https and on localhost: serve the page from there, or leave out the option ${options}`,
  );
}
