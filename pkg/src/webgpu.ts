/**
 * The graphics device of one scorer. A page loads this script when a scorer asks for a device.
 * After a failure the device is not used again.
 */

import type { BatchInput, Findings, Table } from "./batch.js";
import { type DeviceChoice, type DeviceReport, type GpuFiles, onCpu, type WorkedOn } from "./device.js";
import type { readDocument } from "./document.js";
import type { FieldReader, fieldReaders } from "./fields.js";
import { codeOf, type Device, failed, findAdapter, type GpuEngine, messageOf, soon, start } from "./gpu-module.js";
import { breakEven, Measured } from "./measured.js";
import type { CheckedOptions } from "./options.js";
import type { TenureError } from "./tenure-error.js";
import type { Scores } from "./types.js";
import type { Views } from "./views.js";

/** @internal For tests. */
export { breakEven };

/**
 * Number of rows in one dispatch: enough to fill the device. The CPU encodes the next ones
 * meanwhile.
 */
const TILE = 65_536;
/** Evaluations of the network in one dispatch: a fraction of a second on a slow device. */
const EVALUATIONS = 1 << 26;
/** Error codes of rows that are left to the CPU. */
const LEFT: ReadonlySet<string> = new Set(["record_invalid", "argument_invalid", "shape"]);

/** @internal What the package's entry has already and hands over, so that it exists once. */
export interface Shared {
  readonly Findings: typeof Findings;
  readonly fieldReaders: typeof fieldReaders;
  readonly readDocument: typeof readDocument;
  readonly TenureError: typeof TenureError;
  readonly Views: typeof Views;
}

/**
 * @internal Options of `load` that concern a graphics device, and the day that dates count from.
 */
export interface GraphicsOptions {
  readonly choice: DeviceChoice;
  readonly gpu: GpuFiles | URL | string;
  readonly reference: string | undefined;
}

interface Opened {
  readonly engine: GpuEngine;
  readonly device: Device;
  readonly views: Views;
  readonly fields: readonly FieldReader[];
  /** Never resolves. Rejects when the module panics, which leaves its own promises pending. */
  readonly failure: Promise<never>;
}

/** The graphics device of one artifact. */
export class Graphics {
  readonly choice: DeviceChoice;
  readonly #shared: Shared;
  readonly #bytes: Uint8Array;
  readonly #gpu: GpuFiles | URL | string;
  readonly #reference: string | undefined;
  #opened: Promise<Opened> | undefined;
  #given: Opened | undefined;
  #adapter = "";
  #reason: WorkedOn | undefined;
  /** Why the device cannot explain, although it can score. */
  #noWalks: WorkedOn | undefined;
  readonly #measured: Measured;

  constructor(shared: Shared, bytes: Uint8Array, { choice, gpu, reference }: GraphicsOptions) {
    this.#shared = shared;
    this.choice = choice;
    this.#bytes = bytes;
    this.#gpu = gpu;
    this.#reference = reference;
    this.#measured = new Measured(bytes.byteLength);
  }

  /** What is known about the device. With `webgpu`, opens it. */
  async report(): Promise<DeviceReport> {
    if (this.choice === "webgpu") await this.#open().catch(() => undefined);
    if (this.#reason !== undefined) return this.#reason;
    const name = this.#given?.device.name() || this.#adapter;
    const { rows, walks } = this.#measured;
    return {
      ...(this.#given ? { device: "webgpu" } : onCpu("not_measured", "no large work was done yet")),
      ...(name === "" ? {} : { name }),
      ...(rows === undefined ? {} : { rows }),
      ...(walks === undefined ? {} : { walks }),
    };
  }

  /** Scores on the device if it was chosen and is available, otherwise by calling `cpu`. */
  async score(rows: number, input: BatchInput, cpu: () => Scores): Promise<Scores & WorkedOn> {
    const refused = await this.#refused("rows", rows);
    if (refused !== undefined) {
      const start = performance.now();
      const scores = cpu();
      if (this.#isToMeasure("rows", rows)) {
        this.#measure("rows", input, (performance.now() - start) / rows, (opened, count) =>
          this.#scoreTable(opened, { ...input, read: (...places) => first(input.read(...places), count) }),
        );
      }
      return { ...scores, ...refused };
    }
    try {
      return { ...(await this.#scoreTable(await this.#open(), input)), device: "webgpu" };
    } catch (error) {
      return { ...cpu(), ...this.#failed(error, input.signal) };
    }
  }

  /**
   * Explains the rows of a table at `positions`. The result is `[positions, fields + 1]`:
   * contributions and the largest standard error, NaN in a row that is left to the CPU. It is
   * undefined if all rows are left to the CPU. `walks` is the number of rows that are still to be
   * explained, with these.
   */
  async explain(
    input: BatchInput,
    positions: Uint32Array,
    walks: number,
    options: CheckedOptions,
  ): Promise<{ contributions?: Float32Array; worked: WorkedOn }> {
    const refused = this.#noWalks ?? (await this.#refused("walks", walks));
    if (refused !== undefined) return { worked: refused };
    try {
      const contributions = await this.#explainRows(await this.#open(), input, positions, options);
      return { contributions, worked: { device: "webgpu" } };
    } catch (error) {
      // The caller checks the signal.
      if (input.signal?.aborted) return { worked: { device: "webgpu" } };
      if (codeOf(error) !== "shape" || this.#reason !== undefined) return { worked: this.#failed(error) };
      this.#noWalks = onCpu("shape", messageOf(error));
      return { worked: this.#noWalks };
    }
  }

  /**
   * With `auto`, may start a measurement: `cpu` is the CPU's time for a row in milliseconds,
   * `positions` the rows left.
   */
  timed(input: BatchInput, positions: Uint32Array, options: CheckedOptions, cpu: number): void {
    if (this.#noWalks !== undefined || !this.#isToMeasure("walks", positions.length)) return;
    this.#measure("walks", input, cpu, (opened, count) =>
      this.#explainRows(opened, input, positions.subarray(0, count), options),
    );
  }

  /** Frees the device and its engine. */
  dispose(): void {
    this.#reason = onCpu("device_failed", "the scorer is disposed");
    const opened = this.#given;
    this.#given = undefined;
    opened?.device.destroy();
    opened?.device.free();
    opened?.engine.free();
  }

  async #refused(work: "rows" | "walks", amount: number): Promise<WorkedOn | undefined> {
    if (this.#reason !== undefined) return this.#reason;
    if (this.choice !== "auto") return undefined;
    if (this.#adapter === "") {
      try {
        this.#adapter = (await findAdapter(this.choice)) || "unnamed";
      } catch (error) {
        return this.#failed(error);
      }
      this.#measured.recall(this.#adapter);
    }
    const from = this.#measured[work];
    if (from === undefined) return onCpu("not_measured", `the device is not measured yet for this number of ${work}`);
    return amount < from ? onCpu("slower", `the CPU is faster below ${Math.round(from)} ${work}`) : undefined;
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openOnce().catch((error: unknown) => {
      this.#failed(error);
      throw error;
    });
    return this.#opened;
  }

  async #openOnce(): Promise<Opened> {
    this.#adapter ||= (await findAdapter(this.choice)) || "unnamed";
    const { module, memory, failure } = await start(this.#gpu);
    const engine = new module.Engine(this.#bytes);
    if (this.#reference !== undefined) engine.set_reference(this.#reference);
    const device = await soon(engine.open_device(), failure);
    if (this.choice === "auto" && device.is_software()) {
      throw failed("adapter_software", "the graphics adapter is emulated on the CPU");
    }
    const { fieldReaders, readDocument, Views: Buffers } = this.#shared;
    const fields = fieldReaders(engine, readDocument(engine.document()));
    this.#given = { engine, device, views: new Buffers(engine, memory, fields), fields, failure };
    return this.#given;
  }

  /** Remembers a failure of the device. Rethrows the caller's own errors. */
  #failed(error: unknown, signal?: AbortSignal): WorkedOn {
    if (error instanceof this.#shared.TenureError || signal?.aborted) throw error;
    this.#reason = onCpu(codeOf(error) ?? "device_failed", messageOf(error));
    return this.#reason;
  }

  async #scoreTable(opened: Opened, input: BatchInput): Promise<Scores> {
    const { engine, device, views, fields, failure } = opened;
    const table = input.read(views, fields);
    const { rows } = table;
    const scores = {
      probability: new Float32Array(rows),
      logit: new Float32Array(rows),
      tier: new Uint8Array(rows),
      flags: new Uint8Array(rows),
    };
    const findings = new this.#shared.Findings(engine, fields, input.problemLimit);
    let errorCount = 0;
    const finish = async (start: number, pending: Promise<Float32Array>): Promise<void> => {
      const logits = await Promise.race([pending, failure]);
      for (let at = 0; at < logits.length; at += views.blockRows) {
        const count = Math.min(views.blockRows, logits.length - at);
        const first = start + at;
        const results = views.results();
        results.logits.set(logits.subarray(at, at + count));
        results.flags.set(scores.flags.subarray(first, first + count));
        engine.finish_block(count);
        scores.probability.set(results.probabilities.subarray(0, count), first);
        scores.logit.set(results.logits.subarray(0, count), first);
        scores.tier.set(results.tiers.subarray(0, count), first);
      }
    };
    // The CPU encodes a tile while the device works on the one before.
    let before: Promise<void> = Promise.resolve();
    for (let start = 0; start < rows; start += TILE) {
      input.signal?.throwIfAborted();
      const count = Math.min(TILE, rows - start);
      engine.stage(count);
      for (let at = start; at < start + count; at += views.blockRows) {
        const blockRows = Math.min(views.blockRows, start + count - at);
        this.#fill(opened, table, at, blockRows);
        errorCount += engine.stage_block(blockRows);
        scores.flags.set(views.results().flags.subarray(0, blockRows), at);
        findings.add(table, scores.flags.subarray(at, at + blockRows));
      }
      const pending = device.score(engine);
      pending.catch(() => undefined);
      await before;
      before = finish(start, pending);
      before.catch(() => undefined);
    }
    await before;
    return { ...scores, ...findings.finish(), errorCount };
  }

  /** Fills the column buffers, unless the device was disposed of by code that runs meanwhile. */
  #fill(opened: Opened, table: Table, start: number, rows: number): void {
    table.read(start, rows);
    if (this.#given !== opened) throw failed("device_failed", "the scorer is disposed");
    table.write();
  }

  async #explainRows(
    opened: Opened,
    input: BatchInput,
    positions: Uint32Array,
    { budget, tolerance, seed }: CheckedOptions,
  ): Promise<Float32Array> {
    const { engine, device, views, fields, failure } = opened;
    const table = input.read(views, fields);
    const width = fields.length + 1;
    const contributions = new Float32Array(positions.length * width).fill(Number.NaN);
    let staged: number[] = [];
    let evaluations = 0;
    const explain = async (): Promise<void> => {
      const of = staged;
      [staged, evaluations] = [[], 0];
      const explained = await Promise.race([device.explain(engine), failure]);
      of.forEach((place, index) => {
        contributions.set(explained.subarray(index * width, (index + 1) * width), place * width);
      });
    };
    for (let place = 0; place < positions.length; place++) {
      input.signal?.throwIfAborted();
      // Another call may have staged rows during the last await.
      if (staged.length === 0) engine.stage(0);
      // Each row is staged at once, because other calls use the same buffers.
      this.#fill(opened, table, positions[place]!, 1);
      try {
        evaluations += engine.stage_explanation(0, budget, tolerance, seed);
        staged.push(place);
      } catch (error) {
        // An invalid row, too small a budget, or a game that the kernels do not support: the CPU
        // does or reports it.
        if (!LEFT.has(codeOf(error) ?? "")) throw error;
      }
      if (evaluations >= EVALUATIONS) await explain();
    }
    if (staged.length > 0) await explain();
    return contributions;
  }

  #isToMeasure(work: "rows" | "walks", amount: number): boolean {
    return this.choice === "auto" && this.#reason === undefined && this.#measured.isWorth(work, amount);
  }

  /**
   * Measures the device once, in the background, with the caller's rows. That takes no longer than
   * a call.
   */
  #measure(
    work: "rows" | "walks",
    input: BatchInput,
    cpu: number,
    run: (opened: Opened, amount: number) => Promise<unknown>,
  ): void {
    const measuring = async (): Promise<void> => {
      const opened = await this.#open();
      await this.#measured.measure(work, cpu, async (amount) => {
        const start = performance.now();
        await run(opened, amount);
        return performance.now() - start;
      });
    };
    measuring().catch((error: unknown) => {
      if (!input.signal?.aborted) this.#failed(error);
    });
  }
}

/** The first rows of a table. */
const first = (table: Table, rows: number): Table => ({ ...table, rows: Math.min(rows, table.rows) });
