/**
 * Asks the explanation worker, one customer at a time. The open customer goes first, and while she is being changed only
 * the latest state counts; what is left of the time goes to the reasons of the rows in view, where one is cheap. A schema
 * of many numbers can take a second for each customer, and a worker that is busy with a wish keeps a person waiting.
 */
import type { CustomerRecord, Explanation } from 'tenure';
import type { ExplainReply, ExplainRequest } from './messages';

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

interface Question {
  record: CustomerRecord;
  resolve(answer: Explained | undefined): void;
}

export class Explainer {
  readonly #worker = new Worker(new URL('./explain.worker.ts', import.meta.url), { type: 'module', name: 'explain' });
  #waiting: Question | undefined;
  #current: Question | undefined;
  #isReady = false;
  #answers = 0;
  #fastest = 0;
  #nextWish: () => Wish | undefined = () => undefined;

  constructor(model: Uint8Array) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ExplainReply>) => this.#receive(data));
    this.#ask({ kind: 'model', model });
  }

  /** Whether wishes are answered: until the model has shown that its explanations take too long. */
  get isCheap(): boolean {
    return this.#fastest <= CHEAP || (this.#answers < TRIES && this.#fastest < HOPELESS);
  }

  /** The explanation, or `undefined` if a later question replaced this one or the record has errors. */
  explain(record: CustomerRecord): Promise<Explained | undefined> {
    this.#waiting?.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting = { record, resolve };
      this.#advance();
    });
  }

  /** Where idle time goes: asked again after each answer, so it should name the row in view right then. */
  setWishes(nextWish: () => Wish | undefined): void {
    this.#nextWish = nextWish;
    this.#advance();
  }

  dispose(): void {
    this.#worker.terminate();
    this.#waiting?.resolve(undefined);
    this.#current?.resolve(undefined);
  }

  #receive(reply: ExplainReply): void {
    if (reply.kind === 'ready') this.#isReady = true;
    if (reply.kind === 'explained') {
      this.#fastest = this.#answers === 0 ? reply.milliseconds : Math.min(this.#fastest, reply.milliseconds);
      this.#answers += 1;
    }
    const answered = this.#current;
    this.#current = undefined;
    answered?.resolve(reply.kind === 'explained' ? reply : undefined);
    this.#advance();
  }

  #advance(): void {
    if (!this.#isReady || this.#current) return;
    this.#current = this.#waiting ?? this.#wished();
    this.#waiting = undefined;
    if (this.#current) this.#ask({ kind: 'explain', record: this.#current.record });
  }

  #wished(): Question | undefined {
    const wish = this.isCheap ? this.#nextWish() : undefined;
    return wish && { record: wish.record, resolve: (answer) => wish.done(answer?.explanation) };
  }

  #ask(request: ExplainRequest): void {
    this.#worker.postMessage(request);
  }
}
