/** Bytes from wherever the caller has them: an address, a response, memory. */

import { kindOf } from "./error.js";
import { TenureError } from "./tenure-error.js";

/**
 * Where an artifact comes from: an address (http, https, relative to the page; in Node also file: and a path relative
 * to the working directory), a `Response`, or its bytes.
 */
export type ArtifactSource = string | URL | Uint8Array | ArrayBuffer | Response;

/** How a platform gets at what `fetch` does not: undefined where the address is for `fetch`. */
export type ReadFile = (address: string | URL) => Promise<Uint8Array> | undefined;

/** The bytes of an artifact. */
export async function artifactBytes(source: ArtifactSource, readFile?: ReadFile): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (typeof source === "string" || source instanceof URL) {
    const file = readFile?.(source);
    if (file !== undefined) return file;
    return bytesOf(await fetchOk(source));
  }
  if (isResponse(source)) return bytesOf(answered(source));
  if (isArrayBuffer(source)) return new Uint8Array(source);
  throw new TenureError("argument_invalid", `an artifact is an address, a Response or bytes, not ${kindOf(source)}`);
}

/** Fetches an address; any failure, and any status but 2xx, is `fetch_failed` with address and status. */
export async function fetchOk(address: string | URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw fetchFailed(String(address), error);
  }
  return answered(response, String(address));
}

/** By its brand: naming `Response` would load Node's fetch, and there are runtimes without it. */
export function isResponse(value: unknown): value is Response {
  return Object.prototype.toString.call(value) === "[object Response]";
}

/** What a failed read of `address` becomes. */
export function fetchFailed(address: string, error: unknown): TenureError {
  // Node's fetch says "fetch failed" and keeps the reason in `cause`.
  const { message, cause } = error instanceof Error ? error : { message: String(error), cause: undefined };
  const reason = cause instanceof Error && cause.message !== "" ? `${message}: ${cause.message}` : message;
  return new TenureError("fetch_failed", `cannot read ${address}: ${reason}`, [], { cause: error });
}

/** The response, unless its status says that it is not what was asked for. */
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

/** Also a buffer of another realm, such as an iframe's or a test's. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return value instanceof ArrayBuffer || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}
