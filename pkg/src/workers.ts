/**
 * A pool: workers with a scorer each. Its methods wait for a free worker, and then for its reply.
 */

import { columnOf } from "./arrow.js";
import { importanceOptions } from "./cohort.js";
import { columnLength } from "./columns.js";
import { makeDisposable } from "./disposable.js";
import type { Card, Policy, Schema } from "./document.js";
import { checkNames, checkSignal, textOf, unknownField } from "./error.js";
import type { Importance, ImportanceOptions } from "./importance.js";
import { verified } from "./integrity.js";
import { LOAD_OPTIONS, type LoadOptions } from "./load-options.js";
import type { Request } from "./messages.js";
import type { Platform } from "./platform.js";
import type { Scorer } from "./scorer.js";
import {
  type ArtifactSource,
  artifactBytes,
  isAddress,
  isArrayBuffer,
  isResponse,
  type ReadFile,
  signatureBytes,
} from "./source.js";
import { TenureError } from "./tenure-error.js";
import { PoolWorker, type Spawn } from "./thread.js";
import type { ColumnsFor, ExplainedBlock, RecordFor } from "./types.js";

/**
 * A worker that runs `tenure/worker`: the address of its script, or a function that makes the
 * `Worker`.
 */
export type WorkerSource = URL | string | (() => PlatformWorker);

/** `Worker`, or `object` if TypeScript's libraries do not declare it (without `DOM`). */
export type PlatformWorker = Platform<"Worker">;

/** Options of {@link CreatePool}. */
export interface PoolOptions
  extends Pick<
    LoadOptions,
    "wasm" | "locale" | "device" | "gpu" | "reference" | "integrity" | "publicKey" | "signature" | "limits"
  > {
  /** Number of workers. Default: one fewer than the processor has cores, and at least one. */
  readonly size?: number;
  /**
   * The workers, for a bundler that does not copy their script, or a page whose files are on another
   * host. Default: `tenure/worker` in the package.
   */
  readonly worker?: WorkerSource;
}

/** Options of every method of a pool, in its last parameter. */
export interface CallOptions {
  /**
   * Ends the call at once, also during a computation. The promise rejects with the signal's reason.
   */
  readonly signal?: AbortSignal;
}

type Method = (...parameters: never[]) => unknown;
type MethodName = { [Name in keyof Scorer]: Scorer[Name] extends Method ? Name : never }[keyof Scorer];
/** A table in blocks keeps what it found in one thread. */
type CallName = Exclude<MethodName, "dispose" | "scoreBlocks" | typeof Symbol.dispose>;
type Answer<R> = R extends AsyncGenerator ? R : Promise<Awaited<R>>;
/** The options of a method, and the signal. */
type Options<P extends readonly unknown[]> = CallOptions &
  (P extends readonly [unknown, (infer O)?] ? (unknown extends O ? object : O) : object);
/**
 * The pool's method for a scorer's method, by its last signature: it takes nothing, a field and its
 * value, cells, a list of records or columns, or a record.
 */
type Call<F, C> = F extends (...parameters: infer P) => infer R
  ? P extends readonly [] | readonly [string, unknown]
    ? (...parameters: [...P, options?: CallOptions]) => Answer<R>
    : P[0] extends Float64Array
      ? (row: Float64Array, options?: CallOptions) => Answer<R>
      : P[0] extends readonly unknown[]
        ? {
            (columns: ColumnsFor<C>, options?: Options<P>): Answer<R>;
            <T extends RecordFor<C, T>>(records: readonly T[], options?: Options<P>): Answer<R>;
          }
        : <T extends RecordFor<C, T>>(record: T, options?: Options<P>) => Answer<R>
  : never;

/**
 * The methods of {@link Scorer}, run by the next free worker. They have the same arguments, results
 * and errors, but return promises (`explainMany` an async iterator), and their options have a
 * `signal`. Arguments and results are copied between threads; typed arrays of a result move without
 * a copy.
 */
export type Pool<C = unknown> = { readonly [Name in CallName]: Call<Scorer<C>[Name], C> } & {
  /** The fields that a record must have. */
  readonly schema: Schema;
  /** The model card: how the model was made, and its metrics. */
  readonly card: Card;
  /** The tiers of probabilities. */
  readonly policy: Policy;
  /** Number of workers. */
  readonly size: number;
  /**
   * Ends the workers. Pending calls reject with a TenureError `disposed`. Another `dispose` does
   * nothing.
   */
  dispose(): void;
  /** `dispose`, for `using` declarations; in runtimes that have `Symbol.dispose`. */
  readonly [Symbol.dispose]: () => void;
};

/**
 * Starts a pool of workers and loads the artifact in each.
 *
 * @param source the artifact, as `load` takes it. It is read once.
 * @param options see {@link PoolOptions}.
 * @returns the pool, once every worker has loaded the artifact.
 * @throws TenureError as `load`; `worker_unavailable` if workers cannot be started;
 *   `argument_invalid` for a size that is not a positive whole number, and for `wasm` as a compiled
 *   module, because every worker compiles its own.
 * @example
 * ```js
 * import { createPool } from "tenure/pool";
 *
 * const pool = await createPool("model.safetensors", { size: 2 });
 * const record = Object.fromEntries(pool.schema.fields.map(({ name }) => [name, null]));
 * const { probability } = await pool.score(record);
 * pool.dispose();
 * ```
 */
export type CreatePool = <C = unknown>(source: ArtifactSource, options?: PoolOptions) => Promise<Pool<C>>;

/** @internal What a pool has beside the scorer's methods. */
export interface Extension {
  /** Names of further options, which go to `load` of each worker. */
  readonly options: readonly string[];
  methods(workers: Workers): object;
}

/** What differs between platforms. */
export interface PoolPlatform {
  /** Makes the function that starts workers. Without an argument it starts those in the package. */
  spawner(worker: WorkerSource | undefined): Spawn;
  /** Address of the WebAssembly module in the package, for workers that cannot find it. */
  wasm?(): string;
  /** Number of cores of the processor. */
  cores(): number;
  /** Makes an address independent of the page, for a worker. */
  resolve(address: string): string;
  /** Reads a local file; absent in browsers. */
  readonly readFile?: ReadFile;
}

/**
 * How each method is called: a number is that of its parameters, if the signal is its only option.
 * The type makes sure that no method is left out.
 */
const CALLS: { readonly [Name in CallName]: number | "once" | "table" | "stream" | "blocks" } = {
  score: 1,
  scoreMany: "table",
  scoreManyAsync: "table",
  device: 0,
  model: 0,
  row: 1,
  cell: 2,
  scoreRow: 1,
  explain: "once",
  counterfactuals: "once",
  explainMany: "stream",
  // Its result has methods, which cannot be sent. It is made here from the blocks that a worker
  // explains.
  importance: "blocks",
};

const NOTHING: Extension = { options: [], methods: () => ({}) };

/** @internal Makes `createPool` for a platform. */
export function poolCreator(platform: PoolPlatform, extension: Extension = NOTHING): CreatePool {
  return async <C>(source: ArtifactSource, options: PoolOptions = {}) => {
    checkNames(options, ["size", "worker", ...extension.options, ...LOAD_OPTIONS]);
    const {
      size = Math.max(1, (platform.cores() || 2) - 1),
      worker,
      wasm,
      gpu,
      locale,
      device,
      reference,
      integrity,
      publicKey,
      signature,
      limits,
    } = options;
    if (!Number.isInteger(size) || size < 1) {
      throw new TenureError("argument_invalid", `size must be a positive whole number, not ${textOf(size)}`);
    }
    const [artifact, module, signed] = await Promise.all([
      artifactBytes(source, platform.readFile),
      sent(wasm, platform),
      signatureBytes(signature, platform.readFile),
    ]);
    // Here, once for all workers.
    await verified(artifact, { integrity, publicKey, signature: signed });
    const workers = new Workers(platform.spawner(worker), {
      kind: "start",
      artifact,
      options: {
        ...(module !== undefined && { wasm: module }),
        ...(gpu !== undefined && { gpu: isAddress(gpu) ? platform.resolve(String(gpu)) : gpu }),
        ...(locale !== undefined && { locale }),
        ...(device !== undefined && { device }),
        ...(reference !== undefined && { reference }),
        ...Object.fromEntries(Object.entries(options).filter(([name]) => extension.options.includes(name))),
        ...(limits !== undefined && { limits }),
      },
    });
    const document = await workers.start(size);
    return pool(workers, size, document, extension.methods(workers)) as Pool<C>;
  };
}

/** Converts the option `wasm` to a value that can be sent to a worker. */
async function sent(
  wasm: LoadOptions["wasm"],
  platform: PoolPlatform,
): Promise<string | ArrayBuffer | ArrayBufferView | undefined> {
  if (wasm === undefined) return platform.wasm?.();
  if (isAddress(wasm)) return platform.resolve(String(wasm));
  if (isResponse(wasm)) return wasm.arrayBuffer();
  if (ArrayBuffer.isView(wasm) || isArrayBuffer(wasm)) return wasm;
  throw new TenureError(
    "argument_invalid",
    "wasm must be an address, a Response or bytes, because each worker compiles the module",
  );
}

type Description = { readonly schema: Schema; readonly card: Card; readonly policy: Policy };

function pool(workers: Workers, size: number, { schema, card, policy }: Description, more: object): Pool {
  const table = ([input, ...options]: readonly unknown[]) => split([sendable(input, schema), ...options]);
  const stream = (name: string, parameters: readonly unknown[]) => workers.stream(name, ...table(parameters));
  const calls = {
    once:
      (name: string) =>
      (...parameters: unknown[]) =>
        workers.call(name, ...split(parameters)),
    table:
      (name: string) =>
      (...parameters: unknown[]) =>
        workers.call(name, ...table(parameters)),
    stream:
      (name: string) =>
      (...parameters: unknown[]) =>
        stream(name, parameters),
    blocks:
      () =>
      async (input: unknown, options: ImportanceOptions = {}): Promise<Importance> => {
        const { onProgress, rest } = importanceOptions(options);
        const { importance } = await import("./blocks.js");
        const table = sendable(input, schema);
        const blocks = stream("explainMany", [table, rest]) as AsyncGenerator<ExplainedBlock>;
        return importance(schema, blocks, rowsOf(table), onProgress, unknownField);
      },
  };
  const plain =
    (name: string, count: number) =>
    async (...parameters: unknown[]): Promise<unknown> => {
      const options = parameters[count] ?? {};
      checkNames(options, ["signal"]);
      const { signal } = options as CallOptions;
      checkSignal(signal);
      return workers.call(name, parameters.slice(0, count), signal);
    };
  const methods = Object.entries(CALLS).map(([name, kind]) => [
    name,
    typeof kind === "number" ? plain(name, kind) : calls[kind](name),
  ]);
  const dispose = (): void => workers.dispose();
  const made = { ...Object.fromEntries(methods), ...more, schema, card, policy, size, dispose };
  makeDisposable(made);
  return Object.freeze(made) as Pool;
}

/** A table as it can be sent: of columns, only those of the fields, and none of Arrow, which has methods. */
function sendable(input: unknown, { fields }: Schema): unknown {
  if (typeof input !== "object" || input === null || Array.isArray(input) || ArrayBuffer.isView(input)) return input;
  return Object.fromEntries(fields.map(({ name }) => [name, columnOf(input, name)]));
}

/** Takes the signal out of the last parameter, because it cannot be sent. */
function split(parameters: readonly unknown[]): [parameters: readonly unknown[], signal: AbortSignal | undefined] {
  const options = parameters.length > 1 ? parameters.at(-1) : undefined;
  if (typeof options !== "object" || options === null || !("signal" in options)) return [parameters, undefined];
  const { signal, ...others } = options as CallOptions;
  checkSignal(signal);
  return [[...parameters.slice(0, -1), others], signal];
}

/** Number of rows of columns or a list of records. */
function rowsOf(input: unknown): number {
  if (Array.isArray(input)) return input.length;
  return columnLength(Object.values(input ?? {})[0]) ?? 0;
}

/** A call that waits for a free worker. */
interface Waiting {
  resolve(worker: PoolWorker): void;
  reject(reason: unknown): void;
}

/** @internal The workers of a pool. */
export class Workers {
  readonly #spawn: Spawn;
  readonly #start: Request;
  readonly #all = new Set<PoolWorker>();
  readonly #free: PoolWorker[] = [];
  readonly #queue: Waiting[] = [];
  #isDisposed = false;
  /** The last call of {@link each}. */
  #each: Promise<unknown> = Promise.resolve();

  constructor(spawn: Spawn, start: Request) {
    this.#spawn = spawn;
    this.#start = start;
  }

  /** Starts `size` workers. If one fails, ends all of them. */
  async start(size: number): Promise<Description> {
    try {
      const started = await Promise.all(Array.from({ length: size }, () => this.#add()));
      return started[0] as Description;
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  async call(name: string, parameters: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const worker = await this.#take(signal);
    try {
      const reply = await worker.ask({ kind: "call", name, parameters }, signal);
      return reply.kind === "result" ? reply.value : undefined;
    } finally {
      this.#give(worker);
    }
  }

  /** Calls a method of every worker once. */
  each(name: string, parameters: readonly unknown[]): Promise<unknown[]> {
    const all = async (): Promise<unknown[]> => {
      // Two calls at once would each hold workers that the other waits for.
      const workers = await Promise.all(Array.from(this.#all, () => this.#take()));
      const asked = workers.map(async (worker) => {
        try {
          const reply = await worker.ask({ kind: "call", name, parameters });
          return reply.kind === "result" ? reply.value : undefined;
        } finally {
          this.#give(worker);
        }
      });
      return Promise.all(asked);
    };
    const answer = this.#each.then(all);
    this.#each = answer.catch(() => undefined);
    return answer;
  }

  async *stream(
    name: string,
    parameters: readonly unknown[],
    signal?: AbortSignal,
  ): AsyncGenerator<unknown, void, undefined> {
    const worker = await this.#take(signal);
    let isOpen = false;
    try {
      await worker.ask({ kind: "call", name, parameters }, signal);
      isOpen = true;
      for (;;) {
        const reply = await worker.ask({ kind: "next" }, signal);
        if (reply.kind !== "item" || reply.done) break;
        yield reply.value;
      }
      isOpen = false;
    } catch (error) {
      isOpen = false;
      throw error;
    } finally {
      // The caller left the loop early.
      if (isOpen && !worker.isEnded) await worker.ask({ kind: "stop" });
      this.#give(worker);
    }
  }

  dispose(): void {
    this.#isDisposed = true;
    const reason = disposed();
    for (const worker of this.#all) worker.end(reason);
    this.#all.clear();
    this.#refuseAll(reason);
  }

  /** Starts a worker. Resolves once it has loaded the artifact. */
  async #add(): Promise<Description> {
    let worker: PoolWorker;
    try {
      worker = new PoolWorker(this.#spawn);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new TenureError("worker_unavailable", `a worker cannot be started: ${reason}`, [], { cause: error });
    }
    this.#all.add(worker);
    const reply = await worker.ask(this.#start);
    this.#give(worker);
    return reply as unknown as Description;
  }

  #take(signal?: AbortSignal): Promise<PoolWorker> {
    if (this.#isDisposed) return Promise.reject(disposed());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const worker = this.#free.pop();
    if (worker !== undefined) return Promise.resolve(worker);
    return new Promise((resolve, reject) => {
      const waiting = { resolve: settled(resolve), reject: settled(reject) };
      const abort = (): void => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      function settled<T>(settle: (value: T) => void): (value: T) => void {
        return (value) => {
          signal?.removeEventListener("abort", abort);
          settle(value);
        };
      }
      signal?.addEventListener("abort", abort);
      this.#queue.push(waiting);
    });
  }

  /** Takes a worker back. A worker that ended is replaced. */
  #give(worker: PoolWorker): void {
    if (this.#isDisposed) return;
    if (worker.isEnded) {
      this.#all.delete(worker);
      // Without any worker, the queue would wait forever.
      this.#add().catch((error: unknown) => this.#all.size === 0 && this.#refuseAll(error));
      return;
    }
    const next = this.#queue.shift();
    if (next === undefined) this.#free.push(worker);
    else next.resolve(worker);
  }

  #refuseAll(reason: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(reason);
  }
}

function disposed(): TenureError {
  return new TenureError("disposed", "the pool is disposed");
}
