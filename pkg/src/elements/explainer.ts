/**
 * A loaded model for the elements of a page: a scorer on the page's thread, which scores in
 * microseconds, and a worker for explanations and counterfactuals, which take up to a tenth of a
 * second.
 *
 * The worker answers one question at a time. An open customer goes first, and only the latest
 * question of each element and kind counts. In idle time the worker explains the records that the
 * page wishes for, unless explanations are slow: a question of the reader would have to wait for
 * one. Without a worker (a scorer was given, or the page's policy refuses workers) the questions
 * are answered on the page's thread, each in idle time.
 */

import {
  type ArtifactSource,
  type Counterfactuals,
  type CustomerRecord,
  type Explanation,
  type LoadOptions,
  load,
  type Scorer,
  TenureError,
} from "tenure";
import { artifactBytes } from "../source.js";

import { type Language, MESSAGES } from "./language.js";

/** The options of `load` that elements have. */
export interface ModelOptions extends Pick<LoadOptions, "locale" | "reference"> {
  /** The address or the bytes of the WebAssembly module. The worker compiles a module of its own. */
  readonly wasm?: string | URL | ArrayBuffer | ArrayBufferView;
}

/**
 * Milliseconds. Up to `CHEAP`, wishes are explained; from `HOPELESS`, one slow answer ends it.
 */
const CHEAP = 200;
const HOPELESS = 1000;
/**
 * Answers to wait for before the model counts as slow: a busy machine may be slow once or twice.
 */
const TRIES = 3;

export interface Explained {
  explanation: Explanation;
  milliseconds: number;
}

/** A record to explain in idle time, and what to do with the explanation. */
export interface Wish {
  record: CustomerRecord;
  done(explanation: Explanation | undefined): void;
}

/**
 * `explain` asks for contributions, `interact` for interactions as well, `advise` for
 * counterfactuals.
 */
type Asked = "explain" | "interact" | "advise";

type Answer = Explanation | Counterfactuals;

/** What contributions add up to. */
export type Scale = Explanation["scale"];

interface Question {
  readonly asker: object;
  readonly kind: Asked;
  readonly record: CustomerRecord;
  readonly scale: Scale;
  resolve(answer: { value: Answer; milliseconds: number } | undefined): void;
  reject(reason: unknown): void;
}

/** Kinds in order of urgency. */
const ORDER: readonly Asked[] = ["explain", "interact", "advise"];

/** What answers questions: a worker, or the page's own scorer in idle time. */
interface Desk {
  explain(record: CustomerRecord, options: { interactions: boolean; scale: Scale }): Promise<Explanation>;
  counterfactuals(record: CustomerRecord): Promise<Counterfactuals>;
  dispose(): void;
}

export class Explainer {
  /** The scorer on the page's thread, once it is loaded. */
  scorer: Scorer | undefined;
  /** Resolves with the scorer, or rejects with the TenureError of `load`. */
  readonly ready: Promise<Scorer>;
  /** The latest question of each element and kind. A newer one replaces it. */
  #waiting: Question[] = [];
  #current: Question | undefined;
  #desk: Promise<Desk> | undefined;
  #start: (scorer: Scorer) => Promise<Desk> = async (scorer) => idleDesk(scorer);
  /** Whether the scorer was loaded here and not given. */
  #isOwn = false;
  #isDisposed = false;
  #answers = 0;
  #fastest = 0;
  #nextWish: () => Wish | undefined = () => undefined;

  /** Loads the model at once, in this language. A scorer that is given keeps its own language. */
  constructor(source: ArtifactSource | Scorer, language: Language, options: ModelOptions = {}) {
    this.ready = isScorer(source) ? Promise.resolve(source) : this.#load(source, language, options);
    if (isScorer(source)) this.scorer = source;
    // Whoever waits for `ready` sees the error. Without anyone waiting, it is no unhandled one.
    this.ready.catch(() => undefined);
  }

  /**
   * Whether wishes are explained in idle time. It becomes false once the model has proved slow.
   */
  get isCheap(): boolean {
    return this.#fastest <= CHEAP || (this.#answers < TRIES && this.#fastest < HOPELESS);
  }

  /**
   * The explanation; `undefined` if a later question of this asker replaced this one. Throws the
   * TenureError of `explain`.
   */
  async explain(
    asker: object,
    record: CustomerRecord,
    { interactions = false, scale = "log-odds" }: { interactions?: boolean; scale?: Scale } = {},
  ): Promise<Explained | undefined> {
    const answer = await this.#ask(asker, interactions ? "interact" : "explain", record, scale);
    return answer && { explanation: answer.value as Explanation, milliseconds: answer.milliseconds };
  }

  /**
   * The changes that would bring the customer into the next lower tier; `undefined` and errors as
   * for `explain`.
   */
  async advise(asker: object, record: CustomerRecord): Promise<Counterfactuals | undefined> {
    return (await this.#ask(asker, "advise", record))?.value as Counterfactuals | undefined;
  }

  /** Drops the questions of an asker that nobody works on yet. */
  forget(asker: object): void {
    for (const question of this.#waiting.filter((waiting) => waiting.asker === asker)) question.resolve(undefined);
    this.#waiting = this.#waiting.filter((waiting) => waiting.asker !== asker);
  }

  /**
   * Sets what to explain in idle time. It is called after each answer and returns a row that is in
   * view at that moment.
   */
  setWishes(nextWish: () => Wish | undefined): void {
    this.#nextWish = nextWish;
    this.#advance();
  }

  /** Frees the model, and ends the worker. Questions without an answer resolve to `undefined`. */
  dispose(): void {
    this.#isDisposed = true;
    for (const question of this.#waiting.splice(0)) question.resolve(undefined);
    this.#current?.resolve(undefined);
    if (this.#isOwn) this.scorer?.dispose();
    this.scorer = undefined;
    void this.#desk?.then((desk) => desk.dispose());
  }

  async #load(source: ArtifactSource, language: Language, { locale, ...others }: ModelOptions): Promise<Scorer> {
    const [bytes, messages] = await Promise.all([artifactBytes(source), locale ?? MESSAGES[language]?.()]);
    const options = messages === undefined ? others : { ...others, locale: messages };
    const scorer = await load(bytes, options);
    if (this.#isDisposed) {
      scorer.dispose();
      throw new TenureError("disposed", "the model is no longer needed");
    }
    this.#isOwn = true;
    this.scorer = scorer;
    // One worker: it is started by the first question, not by a page that only shows scores.
    this.#start = async () => (await import("../pool.js")).createPool(bytes, { ...options, size: 1 });
    return scorer;
  }

  #ask(
    asker: object,
    kind: Asked,
    record: CustomerRecord,
    scale: Scale = "log-odds",
  ): Promise<{ value: Answer; milliseconds: number } | undefined> {
    if (this.#isDisposed) return Promise.resolve(undefined);
    const isOlder = (waiting: Question) => waiting.asker === asker && waiting.kind === kind;
    this.#waiting.find(isOlder)?.resolve(undefined);
    this.#waiting = this.#waiting.filter((waiting) => !isOlder(waiting));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asker, kind, record, scale, resolve, reject });
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#isDisposed || this.#current) return;
    const kind = ORDER.find((kind) => this.#waiting.some((question) => question.kind === kind));
    const question = this.#waiting.find((waiting) => waiting.kind === kind) ?? this.#wished();
    if (question === undefined) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== question);
    this.#current = question;
    void this.#answer(question).finally(() => {
      this.#current = undefined;
      this.#advance();
    });
  }

  async #answer(question: Question): Promise<void> {
    try {
      const scorer = await this.ready;
      this.#desk ??= this.#start(scorer).catch(() => idleDesk(scorer));
      const desk = await this.#desk;
      const started = performance.now();
      const value = await work(desk, question).catch((error: unknown) => {
        if (!(error instanceof TenureError) || error.code !== "worker_unavailable") throw error;
        // The worker ended, for example for lack of memory: the page's thread goes on.
        desk.dispose();
        this.#desk = Promise.resolve(idleDesk(scorer));
        return work(idleDesk(scorer), question);
      });
      const milliseconds = performance.now() - started;
      if (question.kind === "explain") {
        this.#fastest = this.#answers === 0 ? milliseconds : Math.min(this.#fastest, milliseconds);
        this.#answers += 1;
      }
      question.resolve({ value, milliseconds });
    } catch (error) {
      if (this.#isDisposed) question.resolve(undefined);
      else question.reject(error);
    }
  }

  #wished(): Question | undefined {
    const wish = this.isCheap ? this.#nextWish() : undefined;
    return (
      wish && {
        asker: this,
        kind: "explain",
        record: wish.record,
        scale: "log-odds",
        resolve: (answer) => wish.done(answer?.value as Explanation | undefined),
        reject: () => wish.done(undefined),
      }
    );
  }
}

function work(desk: Desk, { kind, record, scale }: Question): Promise<Answer> {
  if (kind === "advise") return desk.counterfactuals(record);
  return desk.explain(record, { interactions: kind === "interact", scale });
}

/** Answers on the page's thread, once it is idle. */
function idleDesk(scorer: Scorer): Desk {
  return {
    explain: async (record, options) => {
      await idle();
      return scorer.explain(record, options);
    },
    counterfactuals: async (record) => {
      await idle();
      return scorer.counterfactuals(record);
    },
    dispose: () => undefined,
  };
}

/** Milliseconds after which a busy page gets its answer all the same. */
const LONGEST_WAIT = 500;

/** Safari has no `requestIdleCallback`: a timer lets it paint first. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === "function") requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT });
    else setTimeout(resolve, 0);
  });
}

/** A scorer has methods; a source is data. */
export function isScorer(source: ArtifactSource | Scorer): source is Scorer {
  return typeof (source as Partial<Scorer>).score === "function";
}

/** An explainer that elements share, and how many do. */
interface Shared {
  readonly source: unknown;
  readonly language: Language | undefined;
  readonly options: ModelOptions | undefined;
  readonly explainer: Explainer;
  users: number;
}

const shared = new Set<Shared>();

/**
 * The explainer of a model. Everyone who asks for the same address (or the same bytes, or the same
 * scorer), language and options gets the same one. Each gives it back with {@link release}.
 */
export function acquire(source: ArtifactSource | Scorer, language: Language, options?: ModelOptions): Explainer {
  const key = {
    source: typeof source === "string" || source instanceof URL ? absolute(source) : source,
    language: isScorer(source) ? undefined : language,
    options,
  };
  for (const entry of shared) {
    if (entry.source !== key.source || entry.language !== key.language || entry.options !== key.options) continue;
    entry.users += 1;
    return entry.explainer;
  }
  const entry: Shared = { ...key, explainer: new Explainer(source, language, options), users: 1 };
  shared.add(entry);
  // The next element tries again.
  entry.explainer.ready.catch(() => shared.delete(entry));
  return entry.explainer;
}

/** An address independent of the page. `load` says what is wrong with one that is none. */
function absolute(address: string | URL): string {
  try {
    return new URL(address, document.baseURI).href;
  } catch {
    return String(address);
  }
}

/** Gives an explainer back. The last one who does frees the model. */
export function release(explainer: Explainer): void {
  const entry = [...shared].find((candidate) => candidate.explainer === explainer);
  if (entry === undefined) return;
  entry.users -= 1;
  // An element that moves within the page leaves and comes back at once.
  setTimeout(() => {
    if (entry.users > 0 || !shared.delete(entry)) return;
    explainer.dispose();
  });
}
