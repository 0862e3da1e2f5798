/** `tenure/edge/node`: serves a `fetch` handler with Node's `http`. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { refuse, shown } from "./refusal.js";

/** A function that answers requests, such as what `createHandler` returns. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Options of {@link serve}. */
export interface ServeOptions {
  /** The port. Default: 8787. 0 stands for any that is free. */
  readonly port?: number;
  /** The address to listen at. Default: `127.0.0.1`, which other machines do not reach. */
  readonly hostname?: string;
}

/** A server that listens. */
export interface Running {
  /** Its address, such as `http://127.0.0.1:8787`. */
  readonly origin: string;
  /** Node's server. */
  readonly server: Server;
  /** Takes no more connections, and resolves once every request is answered. */
  close(): Promise<void>;
}

/** Longest time for a request to arrive, in milliseconds. */
const REQUEST_TIMEOUT = 60_000;
const HEADERS_TIMEOUT = 10_000;

/**
 * Starts a server. Rejects if the port is taken.
 *
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 * import { serve } from "tenure/edge/node";
 *
 * const running = await serve(createHandler({ artifact: "model.safetensors" }), { port: 0 });
 * console.log((await fetch(`${running.origin}/healthz`)).status);
 * await running.close();
 * ```
 */
export async function serve(handler: FetchHandler, options: ServeOptions = {}): Promise<Running> {
  const { port = 8787, hostname = "127.0.0.1" } = options;
  const server = createServer(toListener(handler));
  server.requestTimeout = REQUEST_TIMEOUT;
  server.headersTimeout = HEADERS_TIMEOUT;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port: own } = server.address() as AddressInfo;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return {
    origin: `http://${host}:${own}`,
    server,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        // A connection that is kept for later would keep the server too.
        server.closeIdleConnections();
      }),
  };
}

/** Makes a listener for `http.createServer`, Express and others. */
export function toListener(handler: FetchHandler): (request: IncomingMessage, response: ServerResponse) => void {
  return (incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function answer(handler: FetchHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = requestOf(incoming);
  if (request === undefined) {
    const refused = refusal(400, "bad_request", "the method, the address or a header of the request cannot be read");
    outgoing.writeHead(400, Object.fromEntries(refused.headers)).end(await refused.text());
    return;
  }
  const answered = await handler(request);
  const response = isForbidden(incoming) && answered.ok ? notAllowed(incoming, answered) : answered;
  const { status, headers, body } = response;
  const sent: Record<string, string | string[]> = {};
  for (const [name, value] of headers) sent[name] = value;
  const reader = body?.getReader();
  if (outgoing.destroyed) {
    await reader?.cancel();
    return;
  }
  let isOpen = true;
  outgoing.once("close", () => {
    isOpen = false;
    // The caller left before the end of the answer.
    if (!outgoing.writableFinished) reader?.cancel().catch(() => undefined);
  });
  if (reader === undefined) {
    outgoing.writeHead(status, sent).end();
    return;
  }
  let part = await reader.read();
  // An answer of one part has a length. A part of a stream does not wait for the next.
  if (!part.done && headers.get("content-type") !== "application/x-ndjson") {
    const second = await reader.read();
    if (second.done) {
      outgoing.writeHead(status, { ...sent, "content-length": part.value.byteLength }).end(part.value);
      return;
    }
    outgoing.writeHead(status, sent).write(part.value);
    part = second;
  } else {
    outgoing.writeHead(status, sent);
  }
  while (!part.done && isOpen) {
    if (!outgoing.write(part.value)) await drained(outgoing);
    part = await reader.read();
  }
  outgoing.end();
}

/** Resolves once the caller has read what was written, or left. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.once("drain", done);
    outgoing.once("close", done);
  });
}

function refusal(
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const problem = shown(refuse(status, code, detail)).details;
  return new Response(JSON.stringify(problem), {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}

/** Whether the request has a method that `fetch` has no requests for. */
const isForbidden = ({ method }: IncomingMessage): boolean => method === "TRACE" || method === "TRACK";

/** The answer to such a method, from the answer to OPTIONS. */
function notAllowed({ method, url }: IncomingMessage, options: Response): Response {
  const allow = options.headers.get("allow") ?? "";
  return refusal(405, "method_not_allowed", `${url} accepts ${allow}, not ${method}`, { allow });
}

/** The request of `fetch`; `undefined` if it has no such form. */
function requestOf(incoming: IncomingMessage): Request | undefined {
  const { url = "/", rawHeaders } = incoming;
  const method = isForbidden(incoming) ? "OPTIONS" : (incoming.method ?? "GET");
  try {
    const headers: [string, string][] = [];
    for (let at = 0; at < rawHeaders.length; at += 2) headers.push([rawHeaders[at]!, rawHeaders[at + 1]!]);
    const address = new URL(url, `http://${incoming.headers.host ?? "localhost"}`);
    const hasBody = method !== "GET" && method !== "HEAD";
    const init = hasBody ? { method, headers, body: bodyOf(incoming), duplex: "half" } : { method, headers };
    return new Request(address, init as RequestInit);
  } catch {
    return undefined;
  }
}

/** The body as a stream that reads no further than it is read. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let isOver = false;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        incoming.pause();
        incoming.on("data", (chunk: Uint8Array) => {
          if (isOver) return;
          controller.enqueue(chunk);
          incoming.pause();
        });
        incoming.once("end", () => {
          if (!isOver) controller.close();
          isOver = true;
        });
        incoming.once("close", () => {
          if (!isOver) controller.error(new Error("the caller left before the end of the body"));
          isOver = true;
        });
        incoming.once("error", () => undefined);
      },
      pull: () => {
        incoming.resume();
      },
      cancel() {
        isOver = true;
        // The rest is read and dropped, so that the caller can read the answer.
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
