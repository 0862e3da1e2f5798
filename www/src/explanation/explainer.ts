/**
 * Asks the explanation worker, one customer at a time. The open customer goes first, and while she is being changed only
 * the latest state counts; what is left of the time goes to the reasons of the rows in view.
 */
import type { CustomerRecord, Explanation } from 'tenure';
import type { ExplainReply, ExplainRequest } from './messages';

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
  #nextWish: () => Wish | undefined = () => undefined;

  constructor(model: Uint8Array) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<ExplainReply>) => this.#receive(data));
    this.#ask({ kind: 'model', model });
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
    const wish = this.#nextWish();
    return wish && { record: wish.record, resolve: (answer) => wish.done(answer?.explanation) };
  }

  #ask(request: ExplainRequest): void {
    this.#worker.postMessage(request);
  }
}
