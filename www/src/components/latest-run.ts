/**
 * Work in a worker for an element: only the latest run counts. The one before it is cancelled, and the last
 * one when the element goes.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { errorMessage } from "../text/failure";

/** Work that can be cancelled; its outcome is then `undefined`, or never comes. */
interface Run<Outcome> {
  readonly outcome: Promise<Outcome | undefined>;
  cancel(): void;
}

export class LatestRun<Outcome> implements ReactiveController {
  /** What the run has found. */
  outcome: Outcome | undefined;
  /** Why the run has failed. */
  failure = "";
  /** Whether the run has ended without an outcome. */
  isCancelled = false;
  readonly #host: ReactiveControllerHost;
  #run: Run<Outcome> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected() {
    this.cancel();
  }

  cancel() {
    this.#run?.cancel();
  }

  /** Takes the place of the run before; without a run, nothing does. */
  async start(run: Run<Outcome> | undefined) {
    this.cancel();
    this.#run = run;
    this.outcome = undefined;
    this.failure = "";
    this.isCancelled = false;
    this.#host.requestUpdate();
    if (run === undefined) return;
    let [outcome, failure]: [Outcome | undefined, string] = [undefined, ""];
    try {
      outcome = await run.outcome;
    } catch (error) {
      failure = errorMessage(error);
    }
    if (this.#run !== run) return;
    this.outcome = outcome;
    this.failure = failure;
    this.isCancelled = outcome === undefined && failure === "";
    this.#host.requestUpdate();
  }
}
