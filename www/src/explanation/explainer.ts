/**
 * Asks the explanation worker, one customer at a time. The open customer goes first, and while she is being changed only
 * the latest state counts; what is left of the time goes to the reasons of the rows in view, where one is cheap. A schema
 * of many numbers can take a second for each customer, and a worker that is busy with a wish keeps a person waiting.
 */
import type { Counterfactuals, CustomerRecord, Explanation } from "tenure";
import type { Language } from "./language";
import type { Asked, ExplainReply, ExplainRequest } from "./messages";

/** Milliseconds up to which a screen of reasons is worth its time, and from which one try is enough to know. */
const CHEAP = 200;
const HOPELESS = 1000;
/** A busy machine may be slow once or twice. */
const TRIES = 3;

export interface Explained {
  explanation: Explanation;
  milliseconds: number;
}

/** The next record whose reason is wanted, and what to do with it. */
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

/** What a person waits for most comes first. */
const ORDER: readonly Asked[] = ["explain", "interact", "advise"];

export class Explainer {
  readonly #worker = new Worker(new URL("./explain.worker.ts", import.meta.url), { type: "module", name: "explain" });
  /** The latest question of each kind; a newer one replaces it. */
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

  /** Answers to later questions are in this language. */
  set language(language: Language) {
    this.#language = language;
    this.#isReady = false;
    this.#ask({ kind: "model", model: this.#model, language });
  }

  /** Whether wishes are answered: until the model has shown that its explanations take too long. */
  get isCheap(): boolean {
    return this.#fastest <= CHEAP || (this.#answers < TRIES && this.#fastest < HOPELESS);
  }

  /** The explanation, or `undefined` if a later question replaced this one or the record has errors. */
  explain(record: CustomerRecord): Promise<Explained | undefined> {
    return this.#asked("explain", record).then((reply) => (reply?.kind === "explained" ? reply : undefined));
  }

  /** The explanation with the effects of pairs of fields; `undefined` likewise. */
  interact(record: CustomerRecord): Promise<Explained | undefined> {
    return this.#asked("interact", record).then((reply) => (reply?.kind === "explained" ? reply : undefined));
  }

  /** What would bring the customer into the next lower tier; `undefined` likewise. */
  advise(record: CustomerRecord): Promise<Advised | undefined> {
    return this.#asked("advise", record).then((reply) => (reply?.kind === "advised" ? reply : undefined));
  }

  /** Where idle time goes: asked again after each answer, so it should name the row in view right then. */
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
