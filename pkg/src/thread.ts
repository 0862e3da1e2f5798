/** One worker of a pool. It handles one request at a time. */

import type { Failure, Reply, Request } from "./messages.js";
import { TenureError } from "./tenure-error.js";

/** A platform's worker. */
export interface Thread {
  /** Sends a request. */
  post(request: Request): void;
  /** Says whether the worker is computing. A worker that is not does not keep the process alive. */
  busy(is: boolean): void;
  /** Stops the worker, also during a computation. */
  end(): void;
}

/** Starts a platform's worker. */
export type Spawn = (onReply: (reply: Reply) => void, onEnd: (reason: unknown) => void) => Thread;

interface Waiting {
  resolve(reply: Reply): void;
  reject(reason: unknown): void;
}

/** A worker, and the request that it is working on. */
export class PoolWorker {
  readonly #thread: Thread;
  #waiting: Waiting | undefined;
  /** Why the worker ended; undefined while it runs. */
  #ended: unknown;

  constructor(spawn: Spawn) {
    this.#thread = spawn(
      (reply) => this.#settle(({ resolve }) => resolve(reply)),
      (reason) => this.end(unavailable(reason)),
    );
  }

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  /**
   * Sends a request and waits for the reply. If the signal is aborted meanwhile, the worker is
   * ended, because a worker does not read messages during a computation.
   */
  async ask(request: Request, signal?: AbortSignal): Promise<Reply> {
    signal?.throwIfAborted();
    if (this.isEnded) throw this.#ended;
    const abort = (): void => this.end(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.#thread.busy(true);
    try {
      const reply = await new Promise<Reply>((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#post(request);
      });
      if (reply.kind !== "error") return reply;
      const error = thrown(reply.error);
      if (reply.error.code === undefined) this.end(error);
      throw error;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#waiting = undefined;
      if (!this.isEnded) this.#thread.busy(false);
    }
  }

  /** Ends the worker. The pending request rejects with the reason. */
  end(reason: unknown): void {
    if (this.isEnded) return;
    this.#ended = reason ?? new TenureError("disposed", "the worker is ended");
    this.#settle(({ reject }) => reject(this.#ended));
    this.#thread.end();
  }

  #settle(how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) how(waiting);
  }

  #post(request: Request): void {
    try {
      this.#thread.post(request);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TenureError("argument_invalid", `an argument cannot be sent to a worker: ${reason}`, [], {
        cause: error,
      });
    }
  }
}

function thrown({ message, code, problems }: Failure): Error {
  return code === undefined ? new Error(`a worker failed: ${message}`) : new TenureError(code, message, problems);
}

function unavailable(reason: unknown): TenureError {
  const message = reason instanceof Error ? reason.message : String(reason);
  return new TenureError("worker_unavailable", `a worker of the pool cannot be used: ${message}`, [], {
    cause: reason,
  });
}
