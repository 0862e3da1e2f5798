/** `tenure/edge/openapi`: a description of the routes for the model that is loaded, and a page of it. */

import type { AnyScorer } from "../any-scorer.js";
import type { Field } from "../document.js";
import { smallestBudget } from "./budget.js";
import { kept } from "./documents.js";
import type { Exchange, Route, Scope, Shared } from "./exchange.js";
import type { Limits } from "./limits.js";
import { type Document, type Json, page } from "./page.js";

/** Options of {@link openApi}. */
export interface OpenApiOptions {
  /** What a caller must be allowed to do to read it. Default: anybody may, and sees the names of fields. */
  readonly scope?: Scope;
}

/**
 * The routes `GET /openapi.json`, a description by OpenAPI 3.1 with the fields of the model, and `GET /docs`, the
 * same as a page without scripts. For the option `routes` of `createHandler`.
 *
 * @example
 * ```js
 * import { createHandler } from "tenure/edge";
 * import { openApi } from "tenure/edge/openapi";
 *
 * const handle = createHandler({ artifact: "model.safetensors", routes: openApi() });
 * ```
 */
export function openApi({ scope }: OpenApiOptions = {}): readonly Route[] {
  const guard = scope === undefined ? {} : { scope };
  const common = { method: "GET", query: ["model"], ...guard } as const;
  return [
    {
      ...common,
      path: "/openapi.json",
      answer: async (exchange) => kept(exchange, JSON.stringify(await document(exchange)), "application/json"),
    },
    {
      ...common,
      path: "/docs",
      async answer(exchange) {
        const answer = await kept(exchange, page(await document(exchange)), "text/html; charset=utf-8");
        answer.headers.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
        return answer;
      },
    },
  ];
}

async function document(exchange: Exchange): Promise<Document> {
  const { scorer, model } = await exchange.model();
  const { shared } = exchange;
  const info = { title: `Tenure: ${model.name}`, version: model.version, description: DESCRIPTION };
  const security = shared.isGuarded ? { security: [{ key: [] }, { token: [] }] } : {};
  const paths = Object.fromEntries(
    shared.routes.flatMap((route) => {
      const about = OPERATIONS[route.path]?.(scorer, shared);
      return about === undefined
        ? []
        : [[shared.base + route.path, { [route.method.toLowerCase()]: operation(route, about, shared) }]];
    }),
  );
  return {
    openapi: "3.1.0",
    info,
    servers: [{ url: "/" }],
    ...security,
    paths,
    components: components(scorer, shared),
  };
}

const DESCRIPTION =
  "Scores customers for churn, explains the scores, and finds what would change them. Errors are problem details (RFC 9457) with a code and the problems of single fields.";

/** What a route does, as far as routes differ. */
interface About {
  readonly summary: string;
  /** The body by media type. */
  readonly body?: Json;
  /** The answer by media type. */
  readonly answer: Json;
  /** Statuses of errors beside those of every route. */
  readonly errors?: readonly number[];
}

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ "application/json": { schema } });
const object = (properties: Json, optional: readonly string[] = [], others: Json = {}): Json => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  ...others,
});
const list = (items: Json, others: Json = {}): Json => ({ type: "array", items, ...others });
const CLOSED = { additionalProperties: false };
const NUMBER = { type: "number" };
const SCALE = { type: "string", enum: ["log-odds", "probability"] };
const TEXT = { type: "string" };
const DAY = { type: "string", format: "date" };
const WHOLE = { type: "integer", minimum: 0 };
const FLAG = { type: "boolean" };
const ANY_VALUE = { type: ["string", "number", "boolean", "null"] };
const NDJSON = "application/x-ndjson";

/** The routes that are described, by their path. */
const OPERATIONS: Readonly<Record<string, (scorer: AnyScorer, shared: Shared) => About | undefined>> = {
  "/v1/score": (_, { limits }) => {
    const records = list(
      {},
      { maxItems: limits.records, description: "Records. One with errors has them in its row." },
    );
    const one = { ...json({ anyOf: [ref("Record"), object({ records }, [], CLOSED)] }) };
    return {
      summary: "Score one record, many, or a stream of lines",
      body: { ...one, [NDJSON]: { schema: { type: "string", description: "A record in each line." } } },
      answer: {
        ...json({ anyOf: [ref("Score"), ref("Scores")] }),
        [NDJSON]: {
          schema: { type: "string", description: "A score or an error in each line, and last the findings." },
        },
      },
      errors: BODY_ERRORS,
    };
  },
  "/v1/explain": () => ({
    summary: "Explain the score of a record by Shapley values",
    body: json({
      anyOf: [ref("Record"), object({ record: ref("Record"), options: ref("ExplainOptions") }, ["options"], CLOSED)],
    }),
    answer: json(ref("Explanation")),
    errors: BODY_ERRORS,
  }),
  "/v1/counterfactuals": ({ schema }) => {
    if (!schema.fields.some(({ changeable }) => changeable === true)) return undefined;
    const options = object({ record: ref("Record"), options: ref("CounterfactualOptions") }, ["options"], CLOSED);
    return {
      summary: "Find the cheapest changes that lower the probability",
      body: json({ anyOf: [ref("Record"), options] }),
      answer: json(ref("Counterfactuals")),
      errors: BODY_ERRORS,
    };
  },
  "/v1/decide": ({ decide }) => {
    if (decide === undefined) return undefined;
    const options = object({ record: ref("Record"), options: ref("DecideOptions") }, ["options"], CLOSED);
    return {
      summary: "Decide which offers to make to a customer, and why",
      body: json({ anyOf: [ref("Record"), options] }),
      answer: json(ref("Decision")),
      errors: BODY_ERRORS,
    };
  },
  "/v1/schema": () => ({
    summary: "The fields of a record, and the tiers",
    answer: json(object({ schema: { type: "object" }, policy: { type: "object" } })),
  }),
  "/v1/card": () => ({ summary: "How the model was made, and its metrics", answer: json({ type: "object" }) }),
  "/v1/profile": ({ isCounting }) =>
    isCounting === true
      ? { summary: "What the model has scored since it was loaded, as counts", answer: json({ type: "object" }) }
      : undefined,
  "/healthz": () => ({ summary: "The process answers", answer: json(ref("Status")) }),
  "/readyz": () => ({ summary: "The model is loaded", answer: json(ref("Status")) }),
  "/metrics": () => ({ summary: "Counters for Prometheus", answer: { "text/plain": { schema: TEXT } } }),
  "/openapi.json": () => ({ summary: "This description", answer: json({ type: "object" }) }),
  "/docs": () => ({ summary: "This description as a page", answer: { "text/html": { schema: TEXT } } }),
};

const BODY_ERRORS = [408, 413, 415, 422];

function operation({ path, method, scope, query = [] }: Route, about: About, { isGuarded }: Shared): Json {
  const { summary, body, answer, errors = [] } = about;
  const isOpen = !isGuarded || scope === undefined;
  const statuses = [400, ...(isOpen ? [] : [401, 403, 429]), 404, 405, ...errors, 500, 503];
  const isKept = ["/v1/schema", "/v1/card", "/openapi.json", "/docs"].includes(path);
  const problem = {
    description: "Problem details.",
    content: { "application/problem+json": { schema: ref("ProblemDetails") } },
  };
  const parameters = [
    ...query.map((name) => PARAMETERS[name]!),
    ...(method === "POST" ? [KEY] : []),
    ...(isKept ? [IF_NONE_MATCH] : []),
  ];
  return {
    operationId: path.replace(/^\/(v1\/)?/, "").replace(/\W/g, "_"),
    summary,
    parameters,
    ...(body === undefined ? {} : { requestBody: { required: true, content: body } }),
    ...(isGuarded && scope === undefined ? { security: [] } : {}),
    responses: {
      200: { description: "The answer.", content: answer },
      ...(isKept ? { 304: { description: "The caller has it, by the header if-none-match." } } : {}),
      ...Object.fromEntries(statuses.map((status) => [status, problem])),
    },
  };
}

const PARAMETERS: Readonly<Record<string, Json>> = {
  model: { name: "model", in: "query", schema: TEXT, description: "A model's name, NAME@VERSION, or an alias." },
  from: { name: "from", in: "query", schema: DAY, description: "The first day that the rows are of." },
  until: { name: "until", in: "query", schema: DAY, description: "The last day that the rows are of." },
  reasons: {
    name: "reasons",
    in: "query",
    schema: { type: "integer", minimum: 0, maximum: 9999 },
    description: "How many of the largest contributions each score has.",
  },
};
const KEY = {
  name: "tenure-key",
  in: "header",
  schema: TEXT,
  description: "What a canary decides by, such as a customer's number.",
};
const IF_NONE_MATCH = { name: "if-none-match", in: "header", schema: TEXT, description: "The etag of an answer." };

function components(scorer: AnyScorer, { isGuarded, identify, limits }: Shared): Json {
  const { schema } = scorer;
  const model = identify ? { model: ref("Model") } : {};
  const changeable = schema.fields.filter((field) => field.changeable === true).map(({ name }) => name);
  const problems = list(ref("Problem"));
  const score = { probability: { ...NUMBER, minimum: 0, maximum: 1 }, logit: NUMBER, tier: ref("Tier") };
  const reasons = { reasons: list(ref("Contribution")), exact: FLAG, standardError: { ...NUMBER, minimum: 0 } };
  const omitted = {
    omitted: { ...FLAG, description: "Some problems are not listed: the answer has a hundred already." },
  };
  const rowError = object({ code: TEXT, detail: TEXT, problems, ...omitted }, ["detail", "problems", "omitted"]);
  const schemas = {
    Record: object(Object.fromEntries(schema.fields.map((field) => [field.name, valueSchema(field)]))),
    Score: object({ ...score, problems, ...reasons, ...omitted, ...model }, [...Object.keys(reasons), "omitted"]),
    Scores: object({
      scores: list({ anyOf: [ref("RowScore"), object({ error: rowError })] }),
      problemCount: WHOLE,
      summary: list(object({ field: TEXT, rule: TEXT, rows: WHOLE, examples: list(TEXT), message: TEXT })),
      shifts: list(object({ field: TEXT, rule: TEXT, rows: WHOLE, examples: list(TEXT), message: TEXT })),
      ...model,
    }),
    RowScore: object({ ...score, problems, ...reasons, ...omitted }, [...Object.keys(reasons), "omitted"]),
    Tier: {
      type: "integer",
      minimum: 0,
      maximum: scorer.policy.tiers.length - 1,
      description: scorer.policy.tiers.map(({ label, from }, tier) => `${tier}: ${label}, from ${from}`).join("; "),
    },
    Contribution: object({
      field: TEXT,
      label: TEXT,
      text: TEXT,
      contribution: { ...NUMBER, description: "On the scale of the explanation." },
      standardError: { ...NUMBER, minimum: 0 },
      sentence: TEXT,
      value: ANY_VALUE,
    }),
    Explanation: object(
      {
        scale: SCALE,
        base: NUMBER,
        ...score,
        exact: FLAG,
        evaluations: WHOLE,
        standardError: { ...NUMBER, minimum: 0 },
        contributions: list(ref("Contribution")),
        interactions: list(object({ first: TEXT, second: TEXT, value: NUMBER })),
        problems,
        ...model,
      },
      ["interactions"],
    ),
    ExplainOptions: object(
      {
        scale: SCALE,
        ...budgetSchemas(scorer, limits),
        interactions: FLAG,
      },
      ["scale", "budget", "tolerance", "seed", "interactions"],
      CLOSED,
    ),
    Counterfactuals: object(
      {
        found: FLAG,
        reason: { enum: ["already_under", "no_change", "not_reached"] },
        sentence: TEXT,
        threshold: NUMBER,
        ...score,
        answers: list(object({ ...score, cost: NUMBER, sentence: TEXT, changes: list({ type: "object" }) })),
        lowest: NUMBER,
        exhaustive: WHOLE,
        longest: WHOLE,
        evaluations: WHOLE,
        ...model,
      },
      ["reason", "sentence"],
    ),
    CounterfactualOptions: object(
      {
        threshold: { ...NUMBER, minimum: 0, maximum: 1 },
        count: { type: "integer", minimum: 1, maximum: 100 },
        fields: list({ enum: changeable }, { minItems: 1 }),
      },
      ["threshold", "count", "fields", ...(scorer.policy.tiers.length > 1 ? [] : ["threshold"])],
      CLOSED,
    ),
    ...(scorer.decide === undefined ? {} : decisionSchemas(scorer, limits, { problems, ...model })),
    Model: object({ name: TEXT, version: TEXT, sha256: { ...TEXT, pattern: "^[0-9a-f]{64}$" } }),
    Status: object({ status: { const: "ok" } }),
    Problem: object({ field: TEXT, rule: TEXT, value: TEXT, message: TEXT }),
    ProblemDetails: object({
      type: { const: "about:blank" },
      title: TEXT,
      status: { type: "integer" },
      detail: TEXT,
      code: TEXT,
      problems: list(ref("Problem"), { maxItems: 100 }),
    }),
  };
  if (!isGuarded) return { schemas };
  const securitySchemes = {
    key: { type: "apiKey", in: "header", name: "x-api-key" },
    token: { type: "http", scheme: "bearer" },
  };
  return { schemas, securitySchemes };
}

/** The schemas of decisions. `also` is what the answer has beside a decision's own keys. */
function decisionSchemas(scorer: AnyScorer, limits: Limits, also: Json): Json {
  const { offers = [], tiers, profit_tiers = tiers } = scorer.policy;
  const names = offers.map(({ name }) => name);
  const unknown = (schema: Json): Json => ({ anyOf: [schema, { type: "null" }] });
  const offer = { offer: { enum: names }, label: TEXT };
  const rules = ["eligibility", "cooldown", "value", "effect", "cost", "profit", "capacity", "holdout"];
  const effect = { ...NUMBER, minimum: 0, maximum: 1 };
  return {
    Decision: object({
      probability: { ...NUMBER, minimum: 0, maximum: 1 },
      logit: NUMBER,
      tier: { type: "integer", minimum: 0, maximum: profit_tiers.length - 1 },
      action: TEXT,
      value: unknown(NUMBER),
      expectedProfit: NUMBER,
      holdout: unknown(FLAG),
      actions: list(object({ ...offer, expectedProfit: NUMBER, cost: NUMBER, effect, reason: unknown(ref("Reason")) })),
      refused: list(object({ ...offer, rule: { enum: rules }, expectedProfit: unknown(NUMBER) })),
      reasons: list(ref("Reason")),
      exact: FLAG,
      standardError: { ...NUMBER, minimum: 0 },
      ...also,
    }),
    Reason: object({
      field: TEXT,
      label: TEXT,
      text: TEXT,
      group: unknown(TEXT),
      contribution: { ...NUMBER, description: "What it adds to the probability." },
      sentence: TEXT,
    }),
    DecideOptions: object(
      {
        identifier: { ...TEXT, description: "The customer's identifier, for the hold-out." },
        daysSinceOffer: { ...NUMBER, minimum: 0 },
        exhausted: list(names.length > 0 ? { enum: names } : {}, names.length > 0 ? {} : { maxItems: 0 }),
        reasons: WHOLE,
        ...budgetSchemas(scorer, limits),
      },
      ["identifier", "daysSinceOffer", "exhausted", "reasons", ...Object.keys(budgetSchemas(scorer, limits))],
      CLOSED,
    ),
  };
}

/** The options of how an explanation is computed. */
function budgetSchemas(scorer: AnyScorer, limits: Limits): Json {
  return {
    budget: { type: "integer", minimum: smallestBudget(scorer), maximum: limits.budget },
    tolerance: { ...NUMBER, exclusiveMinimum: 0 },
    seed: { ...WHOLE, maximum: Number.MAX_SAFE_INTEGER },
  };
}

/** What a record may have for a field. */
function valueSchema(field: Field): Json {
  const title = field.label ?? field.name;
  switch (field.kind) {
    case "category":
      return { title, ...ANY_VALUE, examples: field.categories, description: "Another text counts as OTHER." };
    case "flag":
      return { title, ...ANY_VALUE, examples: [field.positive, field.negative] };
    case "date":
      return {
        title,
        type: ["string", "number", "null"],
        description: "A date, or the days before the reference day.",
      };
    default: {
      const { minimum, maximum, unit } = field;
      const number = {
        ...NUMBER,
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
      };
      const description = unit === undefined ? {} : { description: `In ${unit}.` };
      return { title, ...description, anyOf: [number, { type: "null" }, textOfNumber(field)] };
    }
  }
}

/** A number as text: exact where the field has no format and no bound but 0. */
function textOfNumber(field: Extract<Field, { kind: "number" }>): Json {
  const { decimal, grouping, prefix, suffix, negative, format, minimum, maximum, missing } = field;
  const isPlain = [decimal, grouping, prefix, suffix, negative, format, maximum, missing].every(
    (key) => key === undefined,
  );
  if (!isPlain || (minimum !== undefined && minimum !== 0)) return TEXT;
  const sign = minimum === 0 ? "" : "-?";
  return { ...TEXT, pattern: `^(${sign}[0-9]{1,9}([.][0-9]{1,9})?)?$` };
}
