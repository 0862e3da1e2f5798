/** The open model and the open table: loads, scores, cancels, keeps and exports. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { Policy } from "tenure";
import { acquire, type Explainer, release } from "tenure/elements";
import { findReasons } from "../cohort/reasons";
import { haveSameTiers } from "../plan/policy";
import { exportCsv, exportName } from "../table/export";
import type { Mapping } from "../table/messages";
import { type Progress, type Run, scoreFile } from "../table/score-file";
import type { ScoredTable } from "../table/scored-table";
import { BY_RISK, type Query, type SegmentField, View } from "../table/view";
import { errorMessage, type Failure, UnusableFile } from "../text/failure";
import { followLanguage, language } from "../text/language";
import { texts } from "../text/texts";
import { forgetTable, type Kept, keepTable, keptTable } from "./kept";
import { changed, loadDemo, loadFile, type Model, sampleTable } from "./model";
import { type NamedProfile, readProfiles } from "./profiles";

/** A file, and how it is read. */
type Reading = Pick<Kept, "file" | "sheet" | "mapping">;

/** Why a file could not be used, and the sheets that can be read in its place. */
interface Refused {
  failure: Failure;
  sheets: readonly string[];
}

export class Workspace implements ReactiveController {
  model?: Model;
  /** Explains the rows in view. The elements of the open customer share it. */
  explainer?: Explainer;
  table?: ScoredTable | undefined;
  /** Why the last file could not be used. The model and table that were open stay open. */
  refused?: Refused | undefined;
  progress?: Progress | undefined;
  /** The profiles that are compared in place of the table. */
  profiles: readonly NamedProfile[] = [];
  /** The table that is kept on this device. */
  kept?: Kept | undefined;
  /** A file that waits for the model. */
  waiting?: Reading | undefined;
  /** The share of the customers whose reasons are found, while they are exported. */
  exporting?: number | undefined;
  /** The last event, announced to screen readers. */
  said = "";
  rows: Uint32Array = new Uint32Array();
  segments: readonly SegmentField[] = [];
  #query: Query = BY_RISK;
  #view?: View | undefined;
  #reading?: Reading | undefined;
  #run?: { reading: Reading; run: Run } | undefined;
  /** What was refused, to be read in another way. */
  #refusedReading?: Reading | undefined;
  /** Counts the models that were asked for. Only the last one is used. */
  #turn = 0;
  #isLoading = false;
  #cancelExport = () => {};
  #unfollow = () => {};
  readonly #host: ReactiveControllerHost;
  readonly #onOpened: () => void;

  /** `onOpened` is called when a table is opened or closed. */
  constructor(host: ReactiveControllerHost, onOpened: () => void) {
    this.#host = host;
    this.#onOpened = onOpened;
    host.addController(this);
  }

  hostConnected() {
    this.#unfollow = followLanguage(() => {
      this.#explain();
      this.#host.requestUpdate();
    });
  }

  hostDisconnected() {
    this.#unfollow();
    this.cancel();
    if (this.explainer) release(this.explainer);
  }

  /** Loads the model, and the table that is kept on the device if it is wanted at once. */
  async start(wantsTable: boolean): Promise<void> {
    const demo = this.#useModel(loadDemo);
    this.kept = await keptTable();
    this.#host.requestUpdate();
    if (this.kept && wantsTable) await this.openKept();
    else await demo;
  }

  get query(): Query {
    return this.#query;
  }

  set query(query: Query) {
    this.#query = query;
    this.rows = this.#view?.rows(query) ?? new Uint32Array();
    this.#host.requestUpdate();
  }

  /** Whether the open table is the one that is kept on the device. */
  get isKept(): boolean {
    return this.kept !== undefined && this.kept.file === this.#reading?.file;
  }

  /** Opens the dropped or chosen files: a model, a table, or both. */
  async useFiles(files: readonly File[]): Promise<void> {
    const isModel = (file: File) => file.name.toLowerCase().endsWith(".safetensors");
    const model = files.find(isModel);
    const table = files.find((file) => !isModel(file));
    if (model) await this.#useModel(() => loadFile(model), table && read(table));
    else if (table) await this.#score(read(table));
  }

  /** Reads the profiles to compare. Without any, the table is compared. */
  async useProfiles(files: readonly File[]): Promise<void> {
    try {
      this.profiles = await readProfiles(files);
      this.refused = undefined;
    } catch (error) {
      this.#fail(error);
    }
    this.#host.requestUpdate();
  }

  async useSample(): Promise<void> {
    try {
      await this.#score(read(await sampleTable()));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Reads the last file again: another sheet of it, or with columns that stand for missing ones. */
  async readAgain(change: { sheet?: string; mapping?: Mapping }): Promise<void> {
    const last = this.#last;
    if (!last) return;
    // Another sheet has other columns.
    const mapping = change.sheet === undefined ? { ...last.mapping, ...change.mapping } : {};
    await this.#score({ file: last.file, sheet: change.sheet ?? last.sheet, mapping });
  }

  /** Uses another policy with the open model, until another model is opened. */
  async usePolicy(policy: Policy): Promise<void> {
    const before = this.model;
    if (!before) return;
    try {
      const model = await changed(before, policy);
      if (this.model !== before) {
        model.scorer.dispose();
      } else if (this.table && haveSameTiers(before.scorer.policy, policy)) {
        // The scores stay as they are.
        this.model = model;
        this.#view = new View(this.table, model.scorer);
        this.#explain();
        before.scorer.dispose();
        if (this.isKept) await this.keep(true);
        this.#host.requestUpdate();
      } else {
        await this.#useModel(async () => model);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  async openKept(): Promise<void> {
    const { kept } = this;
    if (!kept) return;
    const { model } = kept;
    if (model) await this.#useModel(() => loadFile(model), kept);
    else if (!this.model || this.model.isDemo) await this.#score(kept);
    else await this.#useModel(loadDemo, kept);
  }

  /** Keeps the open table on this device, or forgets it. */
  async keep(isKept: boolean): Promise<void> {
    const { model } = this;
    const reading = this.#reading;
    try {
      if (!isKept) {
        await forgetTable();
        this.kept = undefined;
        this.#say(texts().forgotten);
      } else if (reading && model) {
        const kept = { ...reading, model: model.file };
        await keepTable(kept);
        this.kept = kept;
        this.#say(texts().kept(reading.file.name));
      }
    } catch (error) {
      this.refused = { failure: { kind: "notKept", message: errorMessage(error) }, sheets: [] };
    }
    this.#host.requestUpdate();
  }

  cancel(): void {
    this.#run?.run.cancel();
    this.#cancelExport();
  }

  /** Goes back to the open table after a file could not be used. */
  dismissFailure(): void {
    this.refused = undefined;
    this.#refusedReading = undefined;
    this.#host.requestUpdate();
  }

  /** Exports the rows shown, in their order. `undefined` if it was cancelled. */
  async export(withReasons: boolean): Promise<{ blob: Blob; name: string } | undefined> {
    const { table, model, rows } = this;
    if (!table || !model) return undefined;
    const tiers = model.scorer.policy.tiers.map(({ label }) => label);
    try {
      const reasons = withReasons ? await this.#reasons(model, table, rows) : undefined;
      if (withReasons && !reasons) return undefined;
      const blob = await exportCsv(table, rows, tiers, reasons);
      this.#say(texts().saidExported(rows.length));
      return { blob, name: exportName(table.facts.name) };
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  cancelExport(): void {
    this.#cancelExport();
  }

  async #reasons(model: Model, table: ScoredTable, rows: Uint32Array) {
    const run = findReasons(model.bytes, model.scorer.schema.fields, table, rows, (share) => {
      this.exporting = share;
      this.#host.requestUpdate();
    });
    this.#cancelExport = run.cancel;
    this.exporting = 0;
    this.#host.requestUpdate();
    return run.outcome.finally(() => {
      this.exporting = undefined;
      this.#host.requestUpdate();
    });
  }

  /** The file that is being read, was read, or waits. */
  get #last(): Reading | undefined {
    return this.waiting ?? this.#run?.reading ?? this.#refusedReading ?? this.#reading;
  }

  async #useModel(loading: () => Promise<Model>, table?: Reading): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#isLoading = true;
    if (table) this.waiting = table;
    this.#host.requestUpdate();
    try {
      const model = await loading();
      if (turn !== this.#turn) {
        model.scorer.dispose();
        return;
      }
      this.#isLoading = false;
      // The open table is scored again, so that all scores on the page come from this model.
      const again = this.waiting ?? this.#run?.reading ?? this.#reading;
      this.cancel();
      this.#open(undefined, undefined);
      this.model?.scorer.dispose();
      this.model = model;
      this.#explain();
      this.refused = undefined;
      this.#say(texts().saidReady(model.name));
      if (again) await this.#score(again);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#isLoading = false;
      // Without any model a table goes on waiting for the one that the reader chooses next.
      if (this.model) this.waiting = undefined;
      this.#fail(error);
    }
  }

  async #score(reading: Reading): Promise<void> {
    const { model } = this;
    if (!model || this.#isLoading) {
      this.waiting = reading;
      this.#host.requestUpdate();
      return;
    }
    this.waiting = undefined;
    this.refused = undefined;
    this.#run?.run.cancel();
    const { file, sheet, mapping } = reading;
    const { name } = file;
    this.progress = { name, share: 0, rows: 0, rowsPerSecond: 0, fatalRows: 0, isSheet: false };
    const { schema, policy } = model.scorer;
    const request = { model: model.bytes, file, name, sheet, mapping };
    const run = scoreFile(request, schema, policy.tiers.length, (progress) => {
      if (this.#run?.run !== run) return;
      this.progress = progress;
      this.#host.requestUpdate();
    });
    this.#run = { reading, run };
    this.#host.requestUpdate();
    const outcome = await run.outcome;
    if (this.#run?.run !== run) return;
    this.#run = undefined;
    this.progress = undefined;
    this.#refusedReading = undefined;

    if ("table" in outcome) {
      const { table } = outcome;
      this.#open(table, reading);
      // What is kept follows the sheet, the columns and the model.
      if (this.isKept && (this.kept !== reading || this.kept.model !== model.file)) await this.keep(true);
      this.#say(texts().saidScored(table.scoredCount, table.fatalRows, table.unit));
    } else if ("failure" in outcome) {
      this.refused = outcome;
      this.#refusedReading = reading;
      this.#host.requestUpdate();
    } else {
      this.#say(texts().saidCancelled);
    }
  }

  #explain(): void {
    const before = this.explainer;
    if (this.model) this.explainer = acquire(this.model.bytes, language());
    if (before) release(before);
  }

  #open(table: ScoredTable | undefined, reading: Reading | undefined): void {
    this.#cancelExport();
    this.table = table;
    this.#reading = reading;
    this.#view = table && this.model && new View(table, this.model.scorer);
    this.segments = this.#view?.segments() ?? [];
    this.query = BY_RISK;
    this.#onOpened();
  }

  #fail(error: unknown): void {
    const failure: Failure =
      error instanceof UnusableFile ? error.failure : { kind: "unexpected", message: errorMessage(error) };
    this.refused = { failure, sheets: [] };
    this.#host.requestUpdate();
  }

  #say(text: string): void {
    this.said = text;
    this.#host.requestUpdate();
  }
}

function read(file: File): Reading {
  return { file, sheet: undefined, mapping: {} };
}
