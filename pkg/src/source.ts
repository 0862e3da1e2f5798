/** Reads an artifact from an address, a response, or memory. */

import { kindOf } from "./error.js";
import { TenureError } from "./tenure-error.js";

/**
 * An artifact: its address, a `Response`, or its bytes. An address is a URL, which may be relative
 * to the page. In Node it can also be a `file:` URL, or a path relative to the working directory.
 */
export type ArtifactSource = string | URL | Uint8Array | ArrayBuffer | Response;

/** Reads a local file. Returns undefined for an address that `fetch` reads. */
export type ReadFile = (address: string | URL) => Promise<Uint8Array> | undefined;

/** Reads the bytes of an artifact, or of another file. */
export async function artifactBytes(
  source: ArtifactSource,
  readFile?: ReadFile,
  what = "an artifact",
): Promise<Uint8Array> {
  if (isAddress(source)) {
    const file = readFile?.(source);
    if (file !== undefined) return file;
    return bytesOf(await fetchOk(source));
  }
  if (isResponse(source)) return bytesOf(answered(source));
  try {
    if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    if (isArrayBuffer(source)) return new Uint8Array(source);
  } catch (cause) {
    throw new TenureError("argument_invalid", `the bytes of ${what} were moved to another thread`, [], { cause });
  }
  throw new TenureError("argument_invalid", `${what} must be an address, a Response or bytes, not ${kindOf(source)}`);
}

/** Reads the bytes of a signature, if there is one. */
export async function signatureBytes(
  source: ArtifactSource | undefined,
  readFile?: ReadFile,
): Promise<Uint8Array | undefined> {
  return source === undefined ? undefined : artifactBytes(source, readFile, "a signature");
}

/**
 * Fetches an address. Throws `fetch_failed` with the address, and with the status if it is not 200
 * to 299.
 */
export async function fetchOk(address: string | URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw fetchFailed(String(address), error);
  }
  return answered(response, String(address));
}

const isBranded = (value: unknown, name: string): boolean =>
  Object.prototype.toString.call(value) === `[object ${name}]`;

/**
 * Checks the brand of a value, which can be of another realm: servers and test runners have several.
 * Using `Response` would also load all of fetch in Node, and some runtimes have no `Response`.
 */
export const isResponse = (value: unknown): value is Response => isBranded(value, "Response");

/** Whether a value is an address. */
export const isAddress = (value: unknown): value is string | URL =>
  typeof value === "string" || isBranded(value, "URL");

/** The error for a failed read of `address`. */
export function fetchFailed(address: string, error: unknown): TenureError {
  // Node's fetch has the message "fetch failed", and the reason in `cause`.
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  const reason = cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message;
  return new TenureError("fetch_failed", `cannot read ${address}: ${reason}`, [], { cause: error });
}

/** Returns the response, or throws `fetch_failed` if its status is not 200 to 299. */
export function answered(response: Response, address: string = response.url || "the response"): Response {
  if (response.ok) return response;
  const status = `HTTP ${response.status}${response.statusText ? ` ${response.statusText}` : ""}`;
  const problem = {
    field: address,
    rule: "http_status",
    value: String(response.status),
    message: "must answer with a status of 200 to 299",
  };
  throw new TenureError("fetch_failed", `cannot read ${address}: ${status}`, [problem]);
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw fetchFailed(response.url || "the response", error);
  }
}

/** Whether a value is an ArrayBuffer. */
export const isArrayBuffer = (value: unknown): value is ArrayBuffer => isBranded(value, "ArrayBuffer");
