/**
 * Sends questions to the explanation worker, one at a time. The open customer goes first, and only
 * the latest state of their record counts. In idle time the worker explains the rows in view,
 * unless explanations are slow: a schema with many numbers can take a second for each customer, and
 * a question of the reader would have to wait for it.
 */
import type { Counterfactuals, CustomerRecord, Explanation } from "tenure";
import type { Language } from "./language";
import type { Asked, ExplainReply, ExplainRequest } from "./messages";

/**
 * Milliseconds. Up to `CHEAP`, rows in view are explained; from `HOPELESS`, one slow answer ends
 * it.
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

export interface Advised {
  counterfactuals: Counterfactuals;
  milliseconds: number;
}

interface Question {
  kind: Asked;
  record: CustomerRecord;
  resolve(answer: ExplainReply | undefined): void;
}

/** Questions in order of urgency. */
const ORDER: readonly Asked[] = ["explain", "interact", "advise"];

export class Explainer {
  readonly #worker = new Worker(new URL("./explain.worker.ts", import.meta.url), { type: "module", name: "explain" });
  /** The latest question of each kind. A newer one replaces it. */
  readonly #waiting = new Map<Asked, Question>();
  #current: Question | undefined;
  #isReady = false;
  #answers = 0;
  #fastest = 0;
  #nextWish: () => Wish | undefined = () => undefined;
  readonly #model: Uint8Array;
  #language: Language;

  constructor(model: Uint8Array, language: Language) {
    this.#model = model;
    this.#language = language;
    this.#worker.addEventListener("message", ({ data }: MessageEvent<ExplainReply>) => this.#receive(data));
    this.#ask({ kind: "model", model, language });
  }

  get language(): Language {
    return this.#language;
  }

  /** Sets the language of later answers. */
  set language(language: Language) {
    this.#language = language;
    this.#isReady = false;
    this.#ask({ kind: "model", model: this.#model, language });
  }

  /**
   * Whether rows in view are explained in idle time. It becomes false once the model has proved
   * slow.
   */
  get isCheap(): boolean {
    return this.#fastest <= CHEAP || (this.#answers < TRIES && this.#fastest < HOPELESS);
  }

  /**
   * The explanation; `undefined` if a later question replaced this one or the record has errors.
   */
  explain(record: CustomerRecord): Promise<Explained | undefined> {
    return this.#asked("explain", record).then((reply) => (reply?.kind === "explained" ? reply : undefined));
  }

  /** The explanation with interactions; `undefined` as for `explain`. */
  interact(record: CustomerRecord): Promise<Explained | undefined> {
    return this.#asked("interact", record).then((reply) => (reply?.kind === "explained" ? reply : undefined));
  }

  /**
   * The changes that would bring the customer into the next lower tier; `undefined` as for
   * `explain`.
   */
  advise(record: CustomerRecord): Promise<Advised | undefined> {
    return this.#asked("advise", record).then((reply) => (reply?.kind === "advised" ? reply : undefined));
  }

  /**
   * Sets what to explain in idle time. It is called after each answer and returns a row that is in
   * view at that moment.
   */
  setWishes(nextWish: () => Wish | undefined): void {
    this.#nextWish = nextWish;
    this.#advance();
  }

  dispose(): void {
    this.#worker.terminate();
    for (const question of this.#waiting.values()) question.resolve(undefined);
    this.#current?.resolve(undefined);
  }

  #asked(kind: Asked, record: CustomerRecord): Promise<ExplainReply | undefined> {
    this.#waiting.get(kind)?.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting.set(kind, { kind, record, resolve });
      this.#advance();
    });
  }

  #receive(reply: ExplainReply): void {
    if (reply.kind === "ready") {
      this.#isReady = true;
      this.#advance();
      return;
    }
    if (reply.kind === "explained" && this.#current?.kind === "explain") {
      this.#fastest = this.#answers === 0 ? reply.milliseconds : Math.min(this.#fastest, reply.milliseconds);
      this.#answers += 1;
    }
    const answered = this.#current;
    this.#current = undefined;
    answered?.resolve(reply);
    this.#advance();
  }

  #advance(): void {
    if (!this.#isReady || this.#current) return;
    const next = ORDER.find((kind) => this.#waiting.has(kind));
    this.#current = next ? this.#waiting.get(next) : this.#wished();
    if (next) this.#waiting.delete(next);
    if (this.#current) this.#ask({ kind: this.#current.kind, record: this.#current.record });
  }

  #wished(): Question | undefined {
    const wish = this.isCheap ? this.#nextWish() : undefined;
    return (
      wish && {
        kind: "explain",
        record: wish.record,
        resolve: (reply) => wish.done(reply?.kind === "explained" ? reply.explanation : undefined),
      }
    );
  }

  #ask(request: ExplainRequest): void {
    this.#worker.postMessage(request);
  }
}
