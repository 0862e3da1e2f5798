/**
 * The options `publicKey` and `signature` of `load`: whether a key signed a model. `tenure sign` of the command
 * writes such signatures (`cli/src/signing`). A script of its own in `dist`, which is loaded when it is first
 * needed.
 */

import { sha256, subtle } from "./digest.js";
import { kindOf } from "./error.js";
import { TenureError } from "./tenure-error.js";

const PUBLIC = "tenure-ed25519-public:";
/** What a signed message begins with, so that a signature of something else is none of an artifact. */
const DOMAIN = "tenure artifact signature 1";

/** @internal Refuses bytes that the key did not sign. `file` is the signature that `tenure sign` writes. */
export async function checkSignature(bytes: Uint8Array, publicKey: unknown, file: Uint8Array): Promise<void> {
  const key = keyBytes(publicKey);
  const { key: signer, sha256: claimed, signature } = signed(file);
  const [hash, id] = await Promise.all([sha256(bytes), sha256(key).then((digits) => digits.slice(0, 16))]);
  if (signer !== id) {
    throw refusal(signer, `must be of key ${id}, as the option publicKey says, and key ${signer} made it`);
  }
  if (claimed !== hash) {
    throw refusal(hash, `is of a model with SHA-256 ${claimed}, and this one has ${hash}: get both again`);
  }
  const message = new TextEncoder().encode(`${DOMAIN}\n${hash}\n`);
  const crypto = subtle("signatures", "publicKey and signature");
  const imported = await crypto.importKey("raw", key as BufferSource, "Ed25519", false, ["verify"]).catch(unavailable);
  const made = base64(signature) ?? new Uint8Array();
  if (!(await crypto.verify("Ed25519", imported, made as BufferSource, message))) {
    throw refusal(signer, `was not made by key ${id}`);
  }
}

/** The 32 bytes of a public key. */
function keyBytes(publicKey: unknown): Uint8Array {
  const line = typeof publicKey === "string" ? publicKey.trim() : "";
  const bytes = line.startsWith(PUBLIC) ? base64(line.slice(PUBLIC.length)) : undefined;
  if (bytes?.length === 32) return bytes;
  const given = typeof publicKey === "string" ? "another text" : kindOf(publicKey);
  throw new TenureError(
    "argument_invalid",
    `publicKey must be the text of a public key that \`tenure keygen\` writes, ${PUBLIC}…, not ${given}`,
  );
}

interface Signed {
  readonly key: string;
  readonly sha256: string;
  readonly signature: string;
}

function signed(file: Uint8Array): Signed {
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch {}
  const { version, algorithm, key, sha256: hash, signature } = (read ?? {}) as Record<string, unknown>;
  if ([key, hash, signature].some((text) => typeof text !== "string")) {
    throw refusal("", "must be the file that `tenure sign` writes beside a model");
  }
  if (version !== 1 || algorithm !== "ed25519") {
    throw refusal(`${version}, ${algorithm}`, "must have version 1 and algorithm ed25519: sign the model again");
  }
  return { key, sha256: hash, signature } as Signed;
}

function base64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function refusal(value: string, message: string): TenureError {
  const problem = { field: "signature", rule: "signature", value, message };
  return new TenureError("signature_invalid", `the signature of the model ${message}`, [problem]);
}

function unavailable(cause: unknown): never {
  throw new TenureError(
    "crypto_unavailable",
    "signatures need Ed25519 in crypto.subtle, which browsers have since Chrome 137, Firefox 129 and Safari 17: use a newer one, or the option integrity",
    [],
    { cause },
  );
}
