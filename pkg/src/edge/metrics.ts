/** `GET /metrics`: counts of events in the text format of Prometheus. */

import type { HandlerEvent, ModelName, RequestEvent, ShadowEvent } from "./event.js";
import type { Route } from "./exchange.js";
import type { Models } from "./models.js";

/** Upper bounds of the histogram of seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

type Labels = Readonly<Record<string, string>>;

/** Counters and a histogram, of one process or isolate. Every label has few values. */
export class Metrics {
  readonly #requests = new Counter("tenure_requests_total", "Requests by route and status.");
  readonly #errors = new Counter("tenure_errors_total", "Answers with an error, by its code.");
  readonly #scores = new Counter("tenure_scores_total", "Scores by model and tier.");
  readonly #refused = new Counter("tenure_records_refused_total", "Records with errors, which have no score.");
  readonly #changes = new Counter("tenure_model_changes_total", "Models that were loaded, removed or refused.");
  readonly #shadowRows = new Counter("tenure_shadow_rows_total", "Records that a shadow model scored too.");
  readonly #shadowTiers = new Counter("tenure_shadow_tier_changes_total", "Records that it puts into another tier.");
  readonly #shadowSum = new Counter(
    "tenure_shadow_difference",
    "Sum of the shadow's probabilities less those of the answers.",
    "gauge",
  );
  readonly #seconds = new Map<string, { readonly counts: number[]; sum: number; count: number }>();

  /** Counts an event. */
  add(event: HandlerEvent): void {
    if (event.kind === "request") this.#addRequest(event);
    else if (event.kind === "shadow") this.#addShadow(event);
    else this.#changes.add({ change: event.change });
  }

  /** All figures as text. */
  text(models: Models): string {
    const info = new Counter("tenure_model_info", "The models that serve, with their aliases; always 1.", "gauge");
    for (const { aliases, ...model } of models.list()) info.add({ ...model, aliases: aliases.join(",") });
    const counters = [
      this.#requests,
      this.#errors,
      this.#scores,
      this.#refused,
      this.#changes,
      this.#shadowRows,
      this.#shadowTiers,
      this.#shadowSum,
      info,
    ];
    return `${[...counters.flatMap((counter) => counter.lines()), ...this.#histogram()].join("\n")}\n`;
  }

  #addRequest({ route, status, code, seconds, model, refused, tiers }: RequestEvent): void {
    this.#requests.add({ route, status: String(status) });
    if (code !== undefined) this.#errors.add({ code });
    if (refused > 0) this.#refused.add({}, refused);
    if (model !== undefined) {
      for (const [tier, count] of Object.entries(tiers)) this.#scores.add({ ...named(model), tier }, count);
    }
    let own = this.#seconds.get(route);
    if (own === undefined) {
      own = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
      this.#seconds.set(route, own);
    }
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) own.counts[bucket]! += 1;
    own.sum += seconds;
    own.count += 1;
  }

  #addShadow({ shadow, rows, meanDifference, tierChanges }: ShadowEvent): void {
    this.#shadowRows.add(named(shadow), rows);
    this.#shadowTiers.add(named(shadow), tierChanges);
    this.#shadowSum.add(named(shadow), meanDifference * rows);
  }

  #histogram(): string[] {
    const name = "tenure_request_seconds";
    const lines = [`# HELP ${name} Seconds from a request to the end of its answer.`, `# TYPE ${name} histogram`];
    for (const [route, { counts, sum, count }] of this.#seconds) {
      let below = 0;
      for (const [index, bound] of BUCKETS.entries()) {
        below += counts[index]!;
        lines.push(`${name}_bucket${labelText({ route, le: String(bound) })} ${below}`);
      }
      lines.push(`${name}_bucket${labelText({ route, le: "+Inf" })} ${count}`);
      lines.push(`${name}_sum${labelText({ route })} ${sum}`, `${name}_count${labelText({ route })} ${count}`);
    }
    return lines;
  }
}

const named = ({ name, version }: ModelName): Labels => ({ model: name, version });

class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #type: string;
  readonly #values = new Map<string, number>();

  constructor(name: string, help: string, type = "counter") {
    this.#name = name;
    this.#help = help;
    this.#type = type;
  }

  add(labels: Labels, by = 1): void {
    const key = labelText(labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  lines(): string[] {
    const values = [...this.#values].map(([labels, value]) => `${this.#name}${labels} ${value}`);
    return [`# HELP ${this.#name} ${this.#help}`, `# TYPE ${this.#name} ${this.#type}`, ...values];
  }
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

const escaped = (text: string): string =>
  text.replace(/[\\"\n]/g, (letter) => (letter === "\n" ? "\\n" : `\\${letter}`));

/** Answers with the figures. */
export const metricsRoute = (metrics: Metrics): Route => ({
  path: "/metrics",
  method: "GET",
  scope: "metrics",
  answer: ({ shared }) =>
    new Response(metrics.text(shared.models), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    }),
});
