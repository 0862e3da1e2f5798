/**
 * What has moved since training: of the open table, or of the profiles that were dropped. Everything is
 * compared in a worker.
 */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { ExpectedFigure, FieldComparison, Profile } from "tenure/decide";
import { notes, wordsOf } from "tenure/elements";
import { cellNames, hasReference } from "../drift/cells";
import { compareDrift } from "../drift/compare";
import type { Drift } from "../drift/messages";
import { figureTable } from "../styles/figure-table";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import type { ScoredTable } from "../table/scored-table";
import { withQuotes } from "../text/failure";
import { fieldLabel } from "../text/fields";
import { language } from "../text/language";
import { formatCount, formatMetric, formatPercent } from "../text/numbers";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import type { NamedProfile } from "../workspace/profiles";
import "./cell-bars";
import { download } from "./download";
import { LatestRun } from "./latest-run";
import { icon } from "./marks";
import { PageElement } from "./page-element";

@customElement("drift-panel")
export class DriftPanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  /** The open table, which is compared unless there are profiles. */
  @property({ attribute: false }) table?: ScoredTable | undefined;
  @property({ attribute: false }) profiles: readonly NamedProfile[] = [];
  @query("h2") private heading!: HTMLElement;
  readonly #run = new LatestRun<Drift>(this);

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("profiles") || changed.has("table") || changed.has("model")) this.#start();
  }

  get #canWatch(): boolean {
    return hasReference(this.model.scorer.card);
  }

  #start() {
    const { model, table, profiles } = this;
    const hasRows = table !== undefined || profiles.length > 0;
    const given = profiles.map(({ text }) => text);
    const { bytes, scorer } = model;
    void this.#run.start(this.#canWatch && hasRows ? compareDrift(bytes, scorer.schema, table, given) : undefined);
  }

  #save(profile: Profile) {
    const name = `${this.table?.facts.name.replace(/\.[^.]*$/, "") ?? "table"}.profile.json`;
    download(new Blob([JSON.stringify(profile)], { type: "application/json" }), name);
  }

  override render() {
    const t = texts();
    const { outcome, failure } = this.#run;
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.driftHeading}</h2>
        <button class="plain icon" aria-label=${t.closeDrift} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      ${this.#source()}
      ${failure ? html`<div class="alert" role="alert" lang="en">${icon("alert")}<div>${failure.split("\n").map((line) => html`<p>${this.#named(line)}</p>`)}</div></div>` : nothing}
      ${outcome ? this.#all(outcome) : this.#waiting()}
    `;
  }

  /** A message about one of several profiles, with the name of its file. */
  #named(message: string): string {
    return withQuotes(message.replace(/profiles\[(\d+)\]/, (place, at) => this.profiles[Number(at)]?.name ?? place));
  }

  /** What is compared, and how to compare something else. */
  #source() {
    const t = texts();
    const { table, profiles } = this;
    if (!this.#canWatch) return html`<p class="facts">${t.driftNoReference}</p>`;
    return html`<p class="facts">${
      profiles.length > 0
        ? t.driftOfProfiles(profiles.map(({ name }) => name))
        : table
          ? t.driftOfTable(table.facts.name)
          : t.driftOfNothing
    }</p>
    <div class="buttons">
      <button @click=${() => this.dispatchEvent(new Event("choose-profiles"))}>${icon("upload")}${t.chooseProfiles}</button>
      ${profiles.length > 0 && table ? html`<button @click=${() => this.dispatchEvent(new Event("forget-profiles"))}>${t.driftOfTableInstead}</button>` : nothing}
    </div>`;
  }

  #waiting() {
    const isWaiting = this.#canWatch && !this.#run.failure && (this.table || this.profiles.length > 0);
    return isWaiting ? html`<p role="status">${texts().comparing}</p>` : nothing;
  }

  #all({ comparison, profile }: Drift) {
    const t = texts();
    const { schema } = this.model.scorer;
    const moved = comparison.fields.filter(({ drifted, broken }) => drifted || broken);
    const others = comparison.fields.filter(({ drifted, broken }) => !drifted && !broken);
    const label = (name: string) => fieldLabel(schema.fields.find((field) => field.name === name)!);
    const broken = moved.filter((field) => field.broken).map(({ field }) => label(field));
    const { verdict, rows, days, scores } = comparison;
    return html`
      <p class="verdict ${verdict}" role="status">${icon(verdict === "fine" ? "check" : "alert")}<b>${t.verdicts[verdict]}</b>
        ${
          verdict === "broken"
            ? t.driftBroken(rows[1] === 0, broken)
            : t.driftMoved(
                moved.map(({ field }) => label(field)),
                scores.drifted,
              )
        }</p>
      <p class="facts">${t.driftRows(rows[1], rows[0], days)}</p>
      <section aria-labelledby="expected">
        <h3 id="expected">${t.expectedNow}</h3>
        ${this.#expected(comparison.expected)}
        <p class="facts">${t.expectedNote}</p>
      </section>
      <section aria-labelledby="moved">
        <h3 id="moved">${t.movedFields(moved.length)}</h3>
        ${scores.drifted ? html`<article><h4>${t.theScores}</h4>${this.#scores(scores)}</article>` : nothing}
        ${moved.map((field) => html`<article><h4>${label(field.field)}</h4>${this.#field(field)}</article>`)}
      </section>
      <section aria-labelledby="unmoved">
        <h3 id="unmoved">${t.unmovedFields(others.length)}</h3>
        ${scores.drifted ? nothing : html`<details><summary>${t.theScores}</summary>${this.#scores(scores)}</details>`}
        ${others.map((field) => html`<details><summary>${label(field.field)}</summary>${this.#field(field)}</details>`)}
      </section>
      ${this.#told(comparison, profile)}
    `;
  }

  #expected([before, now]: Drift["comparison"]["expected"]) {
    const t = texts();
    const share = (value: number) => formatPercent(value);
    const figures: [string, (value: number) => string, ExpectedFigure | null, ExpectedFigure | null][] = [
      [t.expectedFigures.rate, share, before.rate, now.rate],
      [t.expectedFigures.rocAuc, formatMetric, before.rocAuc, now.rocAuc],
      [t.expectedFigures.precision, share, before.precision, now.precision],
      [t.expectedFigures.recall, share, before.recall, now.recall],
      [t.expectedFigures.logLoss, formatMetric, before.logLoss, now.logLoss],
    ];
    const told = (figure: ExpectedFigure | null, format: (value: number) => string) =>
      figure
        ? html`${format(figure.value)} <span class="range">${t.between(format(figure.low), format(figure.high))}</span>`
        : "–";
    return html`<table>
      <thead><tr><th scope="col">${t.figure}</th><th scope="col" class="number">${t.driftBefore}</th><th scope="col" class="number">${t.driftNow}</th></tr></thead>
      <tbody>${figures.map(
        ([name, format, before, now]) =>
          html`<tr><th scope="row">${name}</th><td class="number">${told(before, format)}</td><td class="number">${told(now, format)}</td></tr>`,
      )}</tbody>
    </table>`;
  }

  #field({ field, distances, cells }: FieldComparison) {
    const { schema, card } = this.model.scorer;
    const place = schema.fields.findIndex(({ name }) => name === field);
    const own = schema.fields[place]!;
    const names = cellNames(card, own, place);
    const shown = cells.map((shares, at) => ({ name: names[at] ?? String(at), shares }));
    return html`${this.#distances(distances)}<cell-bars label=${fieldLabel(own)} .cells=${shown}></cell-bars>`;
  }

  #scores({ distances, bins, mean }: Drift["comparison"]["scores"]) {
    const t = texts();
    const shown = bins.map((shares, at) => ({ name: t.scoreBin(at + 1, bins.length), shares }));
    const [before, now] = mean.map((share) => (share === null ? "–" : formatPercent(share)));
    return html`<p>${t.meanScore(before!, now!)}</p>${this.#distances(distances)}<cell-bars label=${t.theScores} .cells=${shown}></cell-bars>`;
  }

  /** By how much: each distance with the one that chance reaches. */
  #distances({ populationStability, jensenShannon, wasserstein }: FieldComparison["distances"]) {
    const t = texts();
    const told = [
      [t.distances.populationStability, populationStability] as const,
      [t.distances.jensenShannon, jensenShannon] as const,
      ...(wasserstein ? [[t.distances.wasserstein, wasserstein] as const] : []),
    ];
    return html`<p class="facts">${told.map(
      ([name, { value, threshold }]) =>
        html`<span class="distance">${t.distance(name, formatMetric(value ?? 0), formatMetric(threshold ?? 0))}</span> `,
    )}</p>`;
  }

  /** What the profile holds, in words. */
  #told({ fields, scores, rules, offers }: Drift["comparison"], profile: Profile | undefined) {
    const t = texts();
    const counted = Object.entries(rules).filter(([, count]) => count !== 0);
    const made = offers.filter(({ decisions }) => decisions !== 0);
    const count = (number: number | null) => (number === null ? t.driftFew : formatCount(number));
    return html`<section aria-labelledby="told">
      <h3 id="told">${t.inTheProfile}</h3>
      <p class="facts">${t.profileHolds(fields.length, scores.bins.length)}</p>
      <ul>
        ${counted.map(([rule, number]) => html`<li>${t.ruleCount(wordsOf(language()).rules[rule] ?? rule, count(number))}</li>`)}
        ${made.map(({ offer, decisions }) => html`<li>${t.offerCount(offer, count(decisions))}</li>`)}
      </ul>
      ${profile ? html`<button @click=${() => this.#save(profile)}>${icon("download")}${t.saveProfile}</button>` : nothing}
    </section>`;
  }

  static override styles = [
    page,
    notes,
    panel,
    figureTable,
    css`
      :host {
        container-type: inline-size;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
      }
      .verdict {
        margin-top: 1rem;
        padding: 0.6rem 0.8rem;
        border-inline-start: 3px solid var(--accent);
        background: var(--sunken);
      }
      .verdict svg {
        margin-inline-end: 0.4em;
        vertical-align: -0.25em;
      }
      .verdict.drift {
        border-color: var(--warn);
        background: var(--warn-paper);
      }
      .verdict.broken {
        border-color: var(--error);
        background: var(--error-paper);
      }
      section {
        margin-top: 1.5rem;
      }
      section > :is(button, ul) {
        margin-top: 0.5rem;
      }
      ul {
        padding-inline-start: 1.2em;
        font-size: 13px;
      }
      h4 {
        font-size: 14px;
        font-weight: 600;
      }
      article {
        margin-block: 0.8rem 1.4rem;
      }
      details {
        border-bottom: 1px solid var(--line);
      }
      summary {
        padding-block: 0.5rem;
        cursor: pointer;
      }
      details[open] {
        padding-bottom: 0.8rem;
      }
      .distance {
        margin-inline-end: 1em;
      }
      .range {
        color: var(--ink-soft);
        font-size: 12px;
      }
      @container (max-width: 480px) {
        .range {
          display: block;
        }
      }
      @media print {
        .buttons,
        section > button {
          display: none;
        }
        article {
          break-inside: avoid;
        }
      }
    `,
  ];
}
