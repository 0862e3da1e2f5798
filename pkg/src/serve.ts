/** The worker's side of a pool: loads the artifact, then calls the scorer's methods on request. */

import type { Load } from "./load.js";
import type { Failure, Reply, Request } from "./messages.js";
import type { Scorer } from "./scorer.js";

/** Sends a reply. The buffers in `transfer` move to the receiver without a copy. */
export type Post = (reply: Reply, transfer: ArrayBuffer[]) => void;

/** Makes a function that answers each request with a reply. */
export function server(load: Load, post: Post): (request: Request) => Promise<void> {
  const worker = new Server(load);
  return async (request) => {
    let reply: Reply;
    try {
      reply = await worker.answer(request);
    } catch (error) {
      reply = { kind: "error", error: failure(error) };
    }
    post(reply, "value" in reply ? buffers(reply.value) : []);
  };
}

class Server {
  readonly #load: Load;
  #scorer: Scorer | undefined;
  #stream: AsyncIterator<unknown> | undefined;

  constructor(load: Load) {
    this.#load = load;
  }

  async answer(request: Request): Promise<Reply> {
    switch (request.kind) {
      case "start": {
        this.#scorer = await this.#load(request.artifact, request.options);
        const { schema, card, policy } = this.#scorer;
        return { kind: "started", schema, card, policy };
      }
      case "call": {
        const scorer = this.#scorer as unknown as Readonly<Record<string, (...parameters: unknown[]) => unknown>>;
        const value = await scorer[request.name]!(...request.parameters);
        if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value))
          return { kind: "result", value };
        this.#stream = (value as AsyncIterable<unknown>)[Symbol.asyncIterator]();
        return { kind: "stream" };
      }
      case "next": {
        const { done = false, value } = await this.#stream!.next();
        return { kind: "item", done, value };
      }
      case "stop":
        await this.#stream!.return?.();
        return { kind: "result", value: undefined };
    }
  }
}

/** The buffers of a result's typed arrays, which the worker does not use again. */
function buffers(value: unknown): ArrayBuffer[] {
  const parts = ArrayBuffer.isView(value) ? [value] : Object.values(value ?? {}).filter(ArrayBuffer.isView);
  return [...new Set(parts.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer))];
}

function failure(error: unknown): Failure {
  const { message, code, problems } = error as Partial<Failure>;
  if (typeof code !== "string") return { message: message ?? String(error), problems: [] };
  return { message: message ?? code, code, problems: problems ?? [] };
}
