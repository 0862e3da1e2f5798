/** What must compile: the uses that the documentation shows, with the types of their results. */

import { type Table as FlechetteTable, tableFromIPC } from "@uwdata/flechette";
import { type RecordBatch, type Table, tableFromArrays, type Vector } from "apache-arrow";
import {
  type AnyScorer,
  type Columns,
  type Counterfactuals,
  type CustomerRecord,
  type Dependence,
  type DeviceReport,
  type ExplainedBlock,
  type ExplainOptions,
  type Explanation,
  type Field,
  type Importance,
  type Interaction,
  load,
  type Messages,
  type Score,
  type Scorer,
  type Scores,
  type Shift,
  TenureError,
  type ValueSummary,
  type WorkedOn,
} from "tenure";
import { type Scorer as Decider, type Decision, load as loadDecider, type Plan } from "tenure/decide";
import { createHandler, type Handler } from "tenure/edge";
import { type TenureActions, type TenureChange, TenureScore, type TenureWhatIf } from "tenure/elements";
import { english } from "tenure/english";
import { german } from "tenure/german";
import { createPool, type Pool } from "tenure/pool";
import { type ScoredBlock, type ScoreStream, type StreamFindings, scoreStream } from "tenure/stream";

import type { CustomerScorer, Customer as Subscriber } from "./customer.js";

/** Whether two types are equal, not only assignable. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>): void => undefined;

interface Customer {
  tenure: number;
  Contract: string;
  TotalCharges: number | null;
  Partner?: boolean | undefined;
}

export async function uses(
  customer: Customer,
  read: CustomerRecord,
  response: Response,
  module: WebAssembly.Module,
): Promise<Handler> {
  const scorer = await load("/model.safetensors");
  same<typeof scorer, Scorer>(true);
  await load(new URL("https://example.com/model.safetensors"), { wasm: module });
  await load(new Uint8Array(8), { wasm: "/tenure_bg.wasm" });
  await load(new ArrayBuffer(8), { wasm: response });
  const own: Messages = { ...german, words: { Contract: "Vertrag" }, yes: english.yes };
  await load(response, { locale: own });
  await load(response, {});

  same<ReturnType<typeof one>, Score>(true);
  const one = () => scorer.score({ tenure: 1, Contract: "One year", TotalCharges: null, Partner: true });
  scorer.score(customer);
  scorer.score(read);
  same<ReturnType<typeof explained>, Explanation>(true);
  const explained = () => scorer.explain(customer);
  const options: ExplainOptions = { budget: 10_000, tolerance: 0.01, seed: 1, interactions: true };
  const pair: Interaction | undefined = scorer.explain(read, { interactions: true }).interactions?.[0];
  const error: number = scorer.explain(read, options).contributions[0]?.standardError ?? explained().standardError;

  same<ReturnType<typeof changed>, Counterfactuals>(true);
  const changed = () => scorer.counterfactuals(customer, { threshold: 0.2, count: 5, fields: ["Contract"] });
  const cards: string[] = scorer
    .counterfactuals(read)
    .answers.flatMap(({ changes }) => changes.map(({ toText }) => toText));

  const columns: Columns = {
    tenure: new Float64Array(2),
    MonthlyCharges: Float32Array.of(1, 2),
    Contract: { codes: new Uint8Array(2), categories: ["One year", null] },
    PaymentMethod: ["Mailed check", null],
    SeniorCitizen: [0, 1],
  };
  for await (const block of scorer.explainMany(columns, { rows: 10, seed: 1, signal: AbortSignal.timeout(1000) })) {
    same<typeof block, ExplainedBlock>(true);
    same<typeof block.contributions, Float32Array<ArrayBuffer>>(true);
  }
  scorer.explainMany([customer, customer]);
  const importance = await scorer.importance([read] as const, { onProgress: ({ done, total }) => void (done / total) });
  same<typeof importance, Importance>(true);
  const dependence: Dependence = importance.dependence("tenure");
  const strength: number | undefined = dependence.color?.strength;

  const scores = scorer.scoreMany(columns, { problemLimit: 10 });
  same<typeof scores, Scores>(true);
  const onDevice = await (await load(response, { device: "auto", gpu: "/gpu/" })).scoreManyAsync(columns, {
    signal: AbortSignal.timeout(1000),
  });
  same<typeof onDevice, Scores & WorkedOn>(true);
  const known: DeviceReport = await scorer.device();
  const reason: string | undefined = known.reason?.code ?? onDevice.reason?.message;
  same<typeof scores.probability, Float32Array<ArrayBuffer>>(true);
  same<(typeof scores.problems)[number]["row"], number>(true);
  scorer.scoreMany([customer, customer]);
  scorer.scoreMany([read] as const);

  const { summary, shifts } = scores;
  same<typeof summary, readonly ValueSummary[]>(true);
  same<typeof shifts, readonly Shift[]>(true);
  const kind: "missing" | "unseen_category" | undefined = shifts[0]?.rule;
  const examples: readonly string[] | undefined = summary[0]?.examples;
  scorer.scoreMany({ tenure: new BigInt64Array(2), SeniorCitizen: BigUint64Array.of(0n, 1n) });
  const cell: number | undefined = scorer.cell("tenure", "12");
  {
    using short = await load("/model.safetensors");
    short.score(customer);
  }

  const probability: number = scorer.scoreRow(scorer.row(customer));
  const texts = scorer.schema.fields.map(describe);
  const tier: string | undefined = scorer.policy.tiers[scores.tier[0] ?? 0]?.label;
  scorer.dispose();
  void [probability, texts, tier, cards, strength, error, reason, pair, kind, examples, cell];
  const handler = createHandler({ scorer, limits: { bytes: 1000 } });
  return createHandler({ artifact: new URL("https://example.com/model.safetensors") }) ?? handler;
}

/** The kind narrows a field. */
function describe(field: Field): string {
  switch (field.kind) {
    case "number":
      return `${field.minimum ?? ""} to ${field.maximum ?? ""} ${field.unit ?? ""}`;
    case "date":
      return `days before ${field.reference}`;
    case "category":
      return field.categories.join();
    case "flag":
      return `${field.positive} or ${field.negative}`;
  }
}

export function handles(error: unknown): string {
  if (!(error instanceof TenureError)) return "";
  return error.code === "record_invalid"
    ? error.problems.map(({ field, rule }) => `${field}: ${rule}`).join()
    : error.message;
}

export async function pools(customer: Customer, columns: Columns, signal: AbortSignal): Promise<void> {
  using pool: Pool = await createPool("/model.safetensors", { size: 2, wasm: "/tenure_bg.wasm" });
  const score: Score = await pool.score(customer, { signal });
  const scores: Scores = await pool.scoreMany(columns, { problemLimit: 3, signal });
  const again: Scores = await pool.scoreMany([customer]);
  const explanation: Explanation = await pool.explain(customer);
  const changed: Counterfactuals = await pool.counterfactuals(customer, { threshold: 0.2, signal });
  for await (const { contributions } of pool.explainMany(columns, { signal })) contributions.fill(0);
  const importance: Importance = await pool.importance([customer], { onProgress: ({ done }) => done, signal });
  const cells: Float64Array = await pool.row(customer);
  const probability: number = await pool.scoreRow(cells, { signal });
  const cell: number | undefined = await pool.cell("tenure", "12", { signal });
  const device: DeviceReport = await pool.device({ signal });
  const fields: readonly Field[] = pool.schema.fields;
  console.log(score, scores, again, explanation, changed, importance, probability, cell, device, fields);
  pool.dispose();
}

/** Elements have the types of their tags, and events those of their details. */
export function elements(scorer: Scorer, record: CustomerRecord): void {
  const score: TenureScore = document.createElement("tenure-score");
  same<ReturnType<typeof made>, TenureWhatIf>(true);
  const made = () => document.createElement("tenure-what-if");
  score.model = "/model.safetensors";
  score.scorer = scorer;
  score.options = { locale: english, reference: "2024-06-30" };
  score.record = score.baseline = record;
  score.language = "de";
  const whatIf = made();
  whatIf.fields = "all";
  whatIf.extents = new Map([["tenure", { low: 0, high: 72, step: 1 }]]);
  whatIf.addEventListener("tenure-change", ({ detail }) => {
    same<typeof detail, TenureChange>(true);
    score.record = detail.record;
  });
  whatIf.addEventListener("tenure-error", ({ detail: { error } }) => void (error instanceof TenureError && error.code));
  const reasons = document.querySelector("tenure-reasons");
  reasons?.addEventListener("tenure-scored", ({ detail }) => void detail.explanation?.contributions);
  whatIf.reset();
  void (score instanceof TenureScore);
}

/** Tables of Arrow are columns. */
export function arrows(scorer: Scorer, pool: Pool, table: Table, batch: RecordBatch, vector: Vector): void {
  const scores: Scores = scorer.scoreMany(table);
  scorer.scoreMany(batch);
  scorer.scoreMany({ tenure: vector, Contract: ["One year"] });
  scorer.scoreBlocks().score(batch);
  void [scorer.scoreManyAsync(table), scorer.importance(table), pool.scoreMany(table), scorer.explainMany(table)];
  const read: FlechetteTable = tableFromIPC(new Uint8Array(8));
  scorer.scoreMany(read);
  const { probability, tier } = scores;
  tableFromArrays({ probability, tier });
}

export async function streams(scorer: Scorer, response: Response, tables: ReadableStream<RecordBatch>): Promise<void> {
  const stream: ScoreStream = scoreStream(scorer, { format: "ndjson", problemLimit: 10 });
  const reader = response.body?.pipeThrough(stream).getReader();
  const block: ScoredBlock | undefined = (await reader?.read())?.value;
  const findings: StreamFindings = await stream.findings;
  await tables.pipeThrough(scoreStream(scorer)).cancel();
  void [block?.start, findings.rows];
}

/** Decisions and plans. */
export async function decides(subscriber: Subscriber, own: CustomRow, table: Table): Promise<Handler> {
  const scorer = await loadDecider("/model.safetensors");
  same<typeof scorer, Decider>(true);
  const plain: Scorer = scorer;
  const decision: Decision = scorer.decide({ tenure: 1 }, { identifier: "1", exhausted: ["discount"], reasons: 2 });
  const { rule, expectedProfit } = decision.refused[0]!;
  same<typeof expectedProfit, number | null>(true);
  const plan: Plan = scorer.plan(table, { budget: 100, capacity: { discount: 5 }, daysSinceOffer: "days" });
  const places: Uint8Array = plan.offer;
  const typed = await loadDecider<Subscriber>("/model.safetensors");
  typed.decide(subscriber);
  typed.plan([own], { count: 1 });
  const element: TenureActions = document.createElement("tenure-actions");
  Object.assign(element, { scorer, daysSinceOffer: 3 });
  element.scorer = scorer;
  element.addEventListener("tenure-decided", ({ detail }) => void detail.decision.actions[0]?.reason?.sentence);
  void [plain, rule, places];
  return createHandler({ scorer: typed });
}

/** A scorer of the customers that `tenure types` wrote. */
export async function typed(
  subscriber: Subscriber,
  response: Response,
  vector: Vector,
  table: Table,
  own: CustomRow,
): Promise<void> {
  const scorer = await load<Subscriber>("/model.safetensors");
  same<typeof scorer, CustomerScorer>(true);
  scorer.score(subscriber);
  scorer.explain({ ...subscriber, Contract: "Ten years", Partner: true, SeniorCitizen: 1 });
  scorer.counterfactuals(subscriber);
  scorer.scoreMany([subscriber, own]);
  scorer.scoreMany(table);
  const columns: Record<keyof Subscriber, readonly (number | null)[]> = await response.json();
  scorer.scoreMany({ ...columns, tenure: vector });
  scorer.cell("tenure", 12);
  const pool = await createPool<Subscriber>("/model.safetensors");
  await pool.score(subscriber);
  await pool.scoreMany([own]);
  scoreStream(scorer, { format: "csv" });
  createHandler({ scorer });
  const any: AnyScorer = scorer;
  void [any, any.schema];
}

/** A row with more than the fields of the model. */
interface CustomRow extends Subscriber {
  customerID: string;
}
