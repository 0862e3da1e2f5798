/** Reads the body of a request within limits: its type, its encoding, its bytes, its JSON. */

import { refuse } from "./refusal.js";
import { repeatedKey } from "./repeated-key.js";

/** What bodies may be. */
export interface BodyLimits {
  /** Most bytes, after decompression. */
  readonly bytes: number;
  /** Most seconds until the body is complete. */
  readonly seconds: number;
}

/** What a body is, by its header `content-type`. */
export type MediaType = "json" | "ndjson";

const TYPES: Readonly<Record<string, MediaType>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "application/ndjson": "ndjson",
  "application/jsonl": "ndjson",
};

/** The type of the body. Throws 415 for a type or a character set that is not among `types`. */
export function mediaType(request: Request, types: readonly MediaType[]): MediaType {
  const [name = "", ...parameters] = (request.headers.get("content-type") ?? "").toLowerCase().split(";");
  const type = Object.hasOwn(TYPES, name.trim()) ? TYPES[name.trim()] : undefined;
  if (type === undefined || !types.includes(type)) {
    const taken = types.includes("ndjson") ? "application/json or application/x-ndjson" : "application/json";
    const given = name.trim() === "" ? "absent" : name.trim();
    throw refuse(415, "media_type", `content-type must be ${taken}, not ${given}`);
  }
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith("charset="));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw refuse(415, "charset", `the character set must be utf-8, not ${charset.slice("charset=".length)}`);
  }
  return type;
}

/** The body, decompressed, as a stream. Throws 415 for an encoding other than gzip. */
export function decoded(request: Request): ReadableStream<Uint8Array> | null {
  const encoding = (request.headers.get("content-encoding") ?? "identity").trim().toLowerCase();
  if (encoding === "identity") return request.body;
  if (encoding !== "gzip" || typeof DecompressionStream !== "function") {
    const headers = { "accept-encoding": "gzip" };
    throw refuse(415, "encoding", `content-encoding must be gzip or absent, not ${encoding}`, { headers });
  }
  // The types of streams of bytes differ between TypeScript's libraries.
  const gunzip = new DecompressionStream("gzip") as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  return request.body?.pipeThrough(gunzip) ?? null;
}

/** Reads the text of a body. Throws 415 for an encoding that is not taken, 413 beyond the limit, 408 beyond the time. */
export async function readText(request: Request, limits: BodyLimits): Promise<string> {
  const isPlain = !request.headers.has("content-encoding");
  if (isPlain && Number(request.headers.get("content-length") ?? 0) > limits.bytes) throw tooLarge(limits.bytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of timed(decoded(request), limits.seconds, "whole")) {
    size += chunk.byteLength;
    if (size > limits.bytes) throw tooLarge(limits.bytes);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(joined(chunks, size));
  } catch (cause) {
    throw refuse(400, "body_invalid", "the body must be UTF-8", { cause });
  }
}

/** Parses JSON. Throws 400 for what is not JSON; if `strict`, also for a key that an object has twice. */
export function parsed(text: string, strict: boolean): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(400, "body_invalid", `the body must be JSON: ${(cause as Error).message}`);
  }
  const key = strict ? repeatedKey(text) : undefined;
  if (key === undefined) return value;
  throw refuse(400, "key_repeated", `an object must have each key once, and ${JSON.stringify(key)} occurs twice`);
}

const tooLarge = (bytes: number): Error =>
  refuse(413, "body_too_large", `the body must have at most ${bytes} bytes, after decompression`);

/**
 * The chunks of a stream. Throws 408 if the whole body or the next chunk is not there in time, and 400
 * if the stream breaks off. Cancels the stream if the loop ends early.
 */
export async function* timed(
  stream: ReadableStream<Uint8Array> | null,
  seconds: number,
  part: "whole" | "chunk",
): AsyncGenerator<Uint8Array, void, undefined> {
  if (stream === null) return;
  const reader = stream.getReader();
  let clock = startClock(seconds, part);
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read().catch(brokenOff), clock.late]);
      isDone = done;
      if (done) return;
      if (part === "chunk") clock.stop();
      yield value;
      if (part === "chunk") clock = startClock(seconds, part);
    }
  } finally {
    clock.stop();
    // Whoever sends more than is read need not be waited for. Later, because Node 20 ends the process if a
    // `DecompressionStream` is cancelled while it is about to hand out a chunk that it holds.
    if (!isDone) setTimeout(() => reader.cancel().catch(() => undefined), 0);
  }
}

/** A promise that rejects once the time is over. */
function startClock(seconds: number, part: string): { readonly late: Promise<never>; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the body must arrive: its ${part} took longer than ${seconds} seconds`;
    timer = setTimeout(() => reject(refuse(408, "body_late", message)), seconds * 1000);
  });
  return { late, stop: () => clearTimeout(timer) };
}

function brokenOff(cause: unknown): never {
  throw refuse(400, "body_incomplete", "the body breaks off, or is not what content-encoding says", { cause });
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
