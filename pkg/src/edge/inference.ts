/**
 * `tenure/edge/inference`: the Open Inference Protocol, version 2, over HTTP with JSON: its clients score
 * with a handler that has these routes. An input is a column of the table.
 */

import type { AnyScorer } from "../any-scorer.js";
import type { Field } from "../document.js";
import { kindOf } from "../error.js";
import { isError } from "../tenure-error.js";
import type { CustomerRecord, Explanation, FieldValue } from "../types.js";
import { budgetOf } from "./budget.js";
import type { Exchange, Route } from "./exchange.js";
import { isObject } from "./records.js";
import { MOST_PROBLEMS, type ProblemDetails, refuse } from "./refusal.js";
import { pause } from "./rows.js";

/** The version of the server's metadata. It changes with what the routes answer. */
const VERSION = "1";

/** A tensor of a request. */
interface Input {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

/** A tensor of an answer. */
interface Output {
  readonly name: string;
  readonly datatype: "FP32" | "BYTES" | "BOOL";
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

/** Errors of the protocol have their text in `error`. */
const error = (details: ProblemDetails): object => ({ error: details.detail, ...details });

const modelRoutes = ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"];

/**
 * The routes of the protocol, for the option `routes` of `createHandler`:
 *
 * - `GET /v2`, `/v2/health/live`, `/v2/health/ready`
 * - `GET /v2/models/{model}` and `/v2/models/{model}/ready`
 * - `POST /v2/models/{model}/infer`: an input for each field, `[rows]` or `[rows, 1]`; outputs `probability`,
 *   `logit` (FP32) and `tier` (BYTES, the tier's name). With `"parameters": {"explain": true}` also `base` (FP32),
 *   `contributions` (FP32, `[rows, fields]`, in the order of the model's inputs) and `exact` (BOOL).
 *
 * The paths of a model also have the form `/v2/models/{model}/versions/{version}`. Tensors are JSON; `null` is a
 * missing value. The extension for binary tensors is refused with 415.
 *
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 * import { openInference } from "tenure/edge/inference";
 *
 * const handle = createHandler({ artifact: "model.safetensors", routes: openInference() });
 * ```
 */
export function openInference(): readonly Route[] {
  const ready = async (exchange: Exchange): Promise<Response> => {
    await exchange.model(undefined, modelOf(exchange));
    return Response.json({ ready: true });
  };
  const get = { method: "GET", error } as const;
  return [
    { ...get, path: "/v2", answer: () => Response.json({ name: "tenure", version: VERSION, extensions: [] }) },
    { ...get, path: "/v2/health/live", answer: () => Response.json({ live: true }) },
    { ...get, path: "/v2/health/ready", answer: ready },
    ...modelRoutes.flatMap((path): Route[] => [
      { ...get, path, scope: "score", answer: metadata },
      { ...get, path: `${path}/ready`, answer: ready },
      { path: `${path}/infer`, method: "POST", scope: "score", error, answer: infer },
    ]),
  ];
}

/** The model that the path names. */
function modelOf({ segments: { model, version } }: Exchange): string | undefined {
  return version === undefined ? model : `${model}@${version}`;
}

async function metadata(exchange: Exchange): Promise<Response> {
  const { scorer, model } = await exchange.model(undefined, modelOf(exchange));
  const input = ({ name, kind }: Field) => ({ name, datatype: isNumber(kind) ? "FP64" : "BYTES", shape: [-1] });
  return Response.json({
    name: model.name,
    versions: [model.version],
    platform: "tenure",
    inputs: scorer.schema.fields.map(input),
    outputs: [
      { name: "probability", datatype: "FP32", shape: [-1] },
      { name: "logit", datatype: "FP32", shape: [-1] },
      { name: "tier", datatype: "BYTES", shape: [-1] },
    ],
  });
}

const isNumber = (kind: Field["kind"]): boolean => kind === "number" || kind === "date";

async function infer(exchange: Exchange): Promise<Response> {
  const { request, shared } = exchange;
  if (request.headers.has("inference-header-content-length")) {
    throw refuse(415, "media_type", "tensors must be JSON: clients call this binary_data=False");
  }
  const body = exchange.parse(await exchange.text("optional"));
  if (!isObject(body)) throw refuse(400, "body_invalid", `the body must be an object, not ${kindOf(body)}`);
  const inputs = checkedInputs(body["inputs"]);
  const rows = rowsOf(inputs);
  if (rows > shared.limits.records) {
    throw refuse(413, "body_too_large", `a request must have at most ${shared.limits.records} rows, not ${rows}`);
  }
  const { scorer, model } = await exchange.model(undefined, modelOf(exchange));
  const records = recordsOf(scorer, inputs, rows);
  const { parameters } = body;
  const outputs = scored(exchange, scorer, records);
  if (isObject(parameters) && parameters["explain"] === true)
    outputs.push(...(await explained(exchange, scorer, records)));
  const wanted = checkedOutputs(body["outputs"], outputs);
  const id = typeof body["id"] === "string" ? { id: body["id"] } : {};
  return Response.json({ model_name: model.name, model_version: model.version, ...id, outputs: wanted });
}

function invalid(field: string, value: unknown, message: string): Error {
  const problem = { field, rule: "type", value: kindOf(value), message };
  return refuse(400, "argument_invalid", `${field} ${message}`, { problems: [problem] });
}

function checkedInputs(given: unknown): readonly Input[] {
  if (!Array.isArray(given) || given.length === 0) throw invalid("inputs", given, "must be a list of tensors");
  const names = new Set<string>();
  return given.map((input: unknown) => {
    const { name, shape, data } = (isObject(input) ? input : {}) as Partial<Record<keyof Input, unknown>>;
    if (typeof name !== "string" || names.has(name)) throw invalid("inputs", name, "must have different names");
    names.add(name);
    const isColumn = Array.isArray(shape) && (shape.length === 1 || (shape.length === 2 && shape[1] === 1));
    if (!isColumn || !Number.isSafeInteger(shape[0]))
      throw invalid(name, shape, "must have the shape [rows] or [rows, 1]");
    const values = Array.isArray(data) ? (data.flat() as unknown[]) : undefined;
    if (values?.length !== shape[0]) throw invalid(name, data, "must have as many data as its shape says, as JSON");
    return { name, shape: shape as number[], data: values! };
  });
}

function rowsOf(inputs: readonly Input[]): number {
  const [{ name, shape }] = inputs as [Input];
  const other = inputs.find((input) => input.shape[0] !== shape[0]);
  if (other !== undefined) throw invalid(other.name, other.shape, `must have as many rows as ${name}`);
  return shape[0]!;
}

function recordsOf({ schema }: AnyScorer, inputs: readonly Input[], rows: number): CustomerRecord[] {
  const names = schema.fields.map(({ name }) => name);
  const unknown = inputs.find(({ name }) => !names.includes(name));
  if (unknown !== undefined) throw invalid(unknown.name, unknown.name, "must be a field of the model");
  const record = (row: number): CustomerRecord =>
    Object.fromEntries(inputs.map(({ name, data }) => [name, data[row] as FieldValue]));
  return Array.from({ length: rows }, (_, row) => record(row));
}

function scored(exchange: Exchange, scorer: AnyScorer, records: readonly CustomerRecord[]): Output[] {
  const { probability, logit, tier, errorCount, problems, summary } = scorer.scoreMany(records, {
    problemLimit: MOST_PROBLEMS,
  });
  if (errorCount > 0) {
    records.forEach((_, row) => Number.isNaN(probability[row]) && exchange.countRefused());
    const message = summary.map((value) => value.message).join("; ");
    throw refuse(422, "record_invalid", `${errorCount} of ${records.length} rows have errors: ${message}`, {
      problems: problems.filter(isError),
    });
  }
  for (const position of tier) exchange.count(scorer, position);
  exchange.observe(records, { probability, tier });
  const shape = [records.length];
  const names = Array.from(tier, (position) => scorer.policy.tiers[position]!.name);
  return [
    { name: "probability", datatype: "FP32", shape, data: Array.from(probability) },
    { name: "logit", datatype: "FP32", shape, data: Array.from(logit) },
    { name: "tier", datatype: "BYTES", shape, data: names },
  ];
}

async function explained(
  { shared }: Exchange,
  scorer: AnyScorer,
  records: readonly CustomerRecord[],
): Promise<Output[]> {
  const { fields } = scorer.schema;
  const budget = budgetOf(shared.limits, scorer, records.length);
  const explanations: Explanation[] = [];
  for (const record of records) {
    explanations.push(scorer.explain(record, { budget }));
    if (explanations.length % 8 === 0) await pause();
  }
  const values = explanations.flatMap(({ contributions }) => {
    const byField = new Map(contributions.map(({ field, contribution }) => [field, contribution]));
    return fields.map(({ name }) => byField.get(name)!);
  });
  const shape = [records.length];
  return [
    { name: "base", datatype: "FP32", shape, data: explanations.map(({ base }) => base) },
    { name: "contributions", datatype: "FP32", shape: [records.length, fields.length], data: values },
    { name: "exact", datatype: "BOOL", shape, data: explanations.map(({ exact }) => exact) },
  ];
}

/** The outputs that the request names, or all. */
function checkedOutputs(given: unknown, outputs: readonly Output[]): readonly Output[] {
  if (given === undefined) return outputs;
  if (!Array.isArray(given)) throw invalid("outputs", given, "must be a list of tensors");
  return given.map((wanted: unknown) => {
    const name = isObject(wanted) ? wanted["name"] : undefined;
    const found = outputs.find((output) => output.name === name);
    if (found !== undefined) return found;
    throw invalid("outputs", name, `must be among ${outputs.map((output) => output.name).join(", ")}`);
  });
}
