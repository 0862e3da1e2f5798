/** A worker that answers one question at a time. Of the questions that wait, only the last counts. */
export class Latest<Question, Answer> {
  readonly #worker: Worker;
  #isBusy = true;
  #waiting: { question: Question } | undefined;

  /**
   * @param failed makes an answer of the message of a worker that does not run.
   * @param ready when the worker has what it needs.
   */
  constructor(
    worker: Worker,
    onAnswer: (answer: Answer) => void,
    failed: (message: string) => Answer,
    ready: Promise<void> = Promise.resolve(),
  ) {
    this.#worker = worker;
    const free = () => {
      this.#isBusy = false;
      this.#advance();
    };
    void ready.then(free);
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      free();
      onAnswer(data);
    });
    worker.addEventListener("error", ({ message }) => onAnswer(failed(message)));
  }

  ask(question: Question): void {
    this.#waiting = { question };
    this.#advance();
  }

  dispose(): void {
    this.#worker.terminate();
  }

  #advance(): void {
    if (this.#isBusy || !this.#waiting) return;
    this.#worker.postMessage(this.#waiting.question);
    this.#waiting = undefined;
    this.#isBusy = true;
  }
}
