/** The open model and the open table: loads, scores, cancels and exports. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { acquire, type Explainer, type Language, release } from "tenure/elements";
import { exportCsv, exportName } from "../table/export";
import { type Progress, type Run, scoreFile } from "../table/score-file";
import type { ScoredTable } from "../table/scored-table";
import { BY_RISK, type Query, View } from "../table/view";
import { errorMessage, type FileFailure, UnusableFile } from "../text/failure";
import { counted } from "../text/numbers";
import { chosenLanguage, rememberLanguage } from "./chosen-language";
import { loadDemo, loadFile, type Model, sampleTable } from "./model";

export class Workspace implements ReactiveController {
  model?: Model;
  /** Explains the rows in view. The elements of the open customer share it. */
  explainer?: Explainer;
  /** The language of explanations. */
  language: Language = chosenLanguage();
  table?: ScoredTable | undefined;
  /** Why the last file could not be used. The model and table that were open stay open. */
  failure?: FileFailure | undefined;
  progress?: Progress | undefined;
  /** The last event, announced to screen readers. */
  said = "";
  rows: Uint32Array = new Uint32Array();
  #query: Query = BY_RISK;
  #view?: View | undefined;
  #file?: File | undefined;
  #run?: { file: File; run: Run } | undefined;
  readonly #host: ReactiveControllerHost;
  readonly #onOpened: () => void;

  /** `onOpened` is called when a table is opened or closed. */
  constructor(host: ReactiveControllerHost, onOpened: () => void) {
    this.#host = host;
    this.#onOpened = onOpened;
    host.addController(this);
  }

  hostConnected() {
    void this.#useModel(loadDemo());
  }

  hostDisconnected() {
    this.cancel();
    if (this.explainer) release(this.explainer);
  }

  /** Explains in another language from now on. */
  speak(language: Language): void {
    rememberLanguage(language);
    this.language = language;
    this.#explain();
    this.#host.requestUpdate();
  }

  get query(): Query {
    return this.#query;
  }

  set query(query: Query) {
    this.#query = query;
    this.rows = this.#view?.rows(query) ?? new Uint32Array();
    this.#host.requestUpdate();
  }

  /** Opens the dropped or chosen files: a model, a table, or both. */
  async useFiles(files: readonly File[]): Promise<void> {
    const isModel = (file: File) => file.name.toLowerCase().endsWith(".safetensors");
    const model = files.find(isModel);
    const table = files.find((file) => !isModel(file));
    if (model) await this.#useModel(loadFile(model), table);
    else if (table) await this.#score(table);
  }

  async useSample(): Promise<void> {
    try {
      await this.#score(await sampleTable());
    } catch (error) {
      this.#fail(error);
    }
  }

  cancel(): void {
    this.#run?.run.cancel();
  }

  /** Goes back to the open table after a file could not be used. */
  dismissFailure(): void {
    this.failure = undefined;
    this.#host.requestUpdate();
  }

  close(): void {
    this.cancel();
    this.failure = undefined;
    this.#open(undefined, undefined);
  }

  /** Exports the rows shown, in their order. */
  async export(): Promise<{ blob: Blob; name: string } | undefined> {
    const { table, model, rows } = this;
    if (!table || !model) return undefined;
    const blob = await exportCsv(
      table,
      rows,
      model.scorer.policy.tiers.map(({ label }) => label),
    );
    this.#say(`${counted(rows.length, "row")} exported`);
    return { blob, name: exportName(table.facts.name) };
  }

  async #useModel(loading: Promise<Model>, table?: File): Promise<void> {
    try {
      const model = await loading;
      // The open table is scored again, so that all scores on the page come from this model.
      const file = table ?? this.#run?.file ?? this.#file;
      this.cancel();
      this.#open(undefined, undefined);
      this.model?.scorer.dispose();
      this.model = model;
      this.#explain();
      this.failure = undefined;
      this.#say(`Model ${model.name} is ready`);
      if (file) await this.#score(file);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #score(file: File): Promise<void> {
    const { model } = this;
    if (!model) return;
    this.cancel();
    this.failure = undefined;
    this.progress = { name: file.name, share: 0, rows: 0, rowsPerSecond: 0, fatalRows: 0 };
    const { schema, policy } = model.scorer;
    const run = scoreFile(model.bytes, schema, policy.tiers.length, file, file.name, (progress) => {
      if (this.#run?.run !== run) return;
      this.progress = progress;
      this.#host.requestUpdate();
    });
    this.#run = { file, run };
    this.#host.requestUpdate();
    const outcome = await run.outcome;
    if (this.#run.run !== run) return;
    this.#run = undefined;
    this.progress = undefined;

    if ("table" in outcome) {
      this.#open(outcome.table, file);
      this.#say(
        `${counted(outcome.table.scoredCount, "customer")} scored, ${counted(outcome.table.fatalRows, "line")} not scored`,
      );
    } else if ("failure" in outcome) {
      this.failure = outcome.failure;
      this.#host.requestUpdate();
    } else {
      this.#say("Scoring was cancelled");
    }
  }

  #explain(): void {
    const before = this.explainer;
    if (this.model) this.explainer = acquire(this.model.bytes, this.language);
    if (before) release(before);
  }

  #open(table: ScoredTable | undefined, file: File | undefined): void {
    this.table = table;
    this.#file = file;
    this.#view = table && this.model && new View(table, this.model.scorer);
    this.query = BY_RISK;
    this.#onOpened();
  }

  #fail(error: unknown): void {
    this.failure =
      error instanceof UnusableFile
        ? error.failure
        : { title: "Something went wrong", detail: errorMessage(error), missing: [] };
    this.#host.requestUpdate();
  }

  #say(text: string): void {
    this.said = text;
    this.#host.requestUpdate();
  }
}
