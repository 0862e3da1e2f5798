/** All problems of the file and notes on it: by field and rule, and then row by row. */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { ValueSummary } from "tenure";
import { wordsOf } from "tenure/elements";
import { figureTable } from "../styles/figure-table";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import type { Finding } from "../table/messages";
import type { ScoredTable } from "../table/scored-table";
import { withQuotes } from "../text/failure";
import { language } from "../text/language";
import { texts } from "../text/texts";
import { OpenCustomer } from "./customer-table";
import { icon } from "./marks";
import { PageElement } from "./page-element";

const PAGE = 200;

@customElement("findings-panel")
export class FindingsPanel extends PageElement {
  @property({ attribute: false }) table!: ScoredTable;
  /** The label of every field, by name. */
  @property({ attribute: false }) labels: ReadonlyMap<string, string> = new Map();
  /** The only field to show; all fields without it. */
  @property({ attribute: false }) field?: string | undefined;
  @state() private shown = PAGE;
  @query("h2") private heading!: HTMLElement;
  #fatal: readonly Finding[] = [];
  #notes: readonly Finding[] = [];

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has("table") && !changed.has("field")) return;
    const wanted = this.table.findings.filter(({ field }) => this.field === undefined || field === this.field);
    this.#fatal = wanted.filter(({ fatal }) => fatal);
    this.#notes = wanted.filter(({ fatal }) => !fatal);
    this.shown = PAGE;
  }

  override render() {
    const t = texts();
    const { fatalRows, facts, unit, summary } = this.table;
    const told = summary.filter(({ field }) => this.field === undefined || field === this.field);
    const notScored = this.field === undefined ? fatalRows : this.#fatal.length;
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.problemsIn(facts.name)}</h2>
        <button class="plain icon" aria-label=${t.closeProblems} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      ${facts.notices.map((notice) => html`<p class="notice" lang="en">${notice}</p>`)}
      ${facts.sheets.length > 1 ? html`<p class="notice">${t.otherSheet}</p>` : nothing}
      ${
        this.field === undefined
          ? nothing
          : html`<p class="notice">${t.onlyField(this.#label(this.field))} <button class="link" @click=${() => this.dispatchEvent(new Event("all-fields"))}>${t.allFields}</button></p>`
      }
      ${told.length > 0 ? html`<section><h3>${t.byField}</h3><ul>${told.map((entry) => html`<li>${this.#told(entry)}</li>`)}</ul></section>` : nothing}
      ${this.#fatal.length > 0 ? this.#section(t.notScored(notScored, unit), t.notScoredExplained(unit), this.#fatal) : nothing}
      ${this.#notes.length > 0 ? this.#section(t.notesOnScored(this.#notes.length, unit), t.notesExplained(unit), this.#notes) : nothing}
    `;
  }

  #label(field: string): string {
    return this.labels.get(field) ?? field;
  }

  #told(summary: ValueSummary): string {
    return texts().summary({
      ...summary,
      label: this.#label(summary.field),
      rule: ruleText(summary.rule, summary.rule),
    });
  }

  #section(title: string, explanation: string, findings: readonly Finding[]) {
    const t = texts();
    return html`<section>
      <h3>${title}</h3>
      <p>${explanation}</p>
      <table>
        <thead><tr><th scope="col">${t.unit[this.table.unit]}</th><th scope="col">${t.field}</th><th scope="col">${t.value}</th><th scope="col">${t.rule}</th></tr></thead>
        <tbody>
          ${findings.slice(0, this.shown).map((finding) => this.#finding(finding))}
        </tbody>
      </table>
      ${findings.length > this.shown ? html`<button @click=${() => (this.shown += PAGE)}>${t.showMore(PAGE)}</button>` : nothing}
    </section>`;
  }

  #finding({ row, field, value, rule, message }: Finding) {
    const t = texts();
    const { unit, lines } = this.table;
    const line = lines[row]!;
    return html`<tr>
      <th scope="row"><button class="link" aria-label=${t.openCustomer(t.place(unit, line))} @click=${() => this.dispatchEvent(new OpenCustomer(row))}>${line}</button></th>
      <td>${field ? this.#label(field) : t.wholeUnit(unit)}</td>
      <td class="value">${value === "" ? t.empty : value}</td>
      <td>${ruleText(rule, message)} <small>${rule}</small></td>
    </tr>`;
  }

  static override styles = [
    page,
    panel,
    figureTable,
    css`
      section {
        margin-top: 1.25rem;
      }
      li {
        margin-top: 0.4rem;
        overflow-wrap: anywhere;
      }
      section > p,
      .notice {
        margin-top: 0.2rem;
        color: var(--ink-soft);
      }
      table {
        width: 100%;
        margin-top: 0.75rem;
        table-layout: fixed;
      }
      thead th:nth-child(1) {
        width: 5rem;
      }
      thead th:nth-child(2),
      thead th:nth-child(3) {
        width: 22%;
      }
      th,
      td {
        padding-block: 0.45rem;
        padding-inline-end: 1rem;
      }
      .value {
        font-weight: 550;
        overflow-wrap: break-word;
      }
      small {
        font-size: 12px;
        color: var(--ink-soft);
        white-space: nowrap;
      }
      @media (max-width: 640px) {
        th,
        td {
          padding-inline-end: 0.6rem;
        }
        thead th:nth-child(1) {
          width: 3.4rem;
        }
      }
    `,
  ];
}

/** What a rule demands, in the language of the page where the elements have words for it. */
function ruleText(rule: string, message: string): string {
  return wordsOf(language()).rules[rule] ?? withQuotes(message);
}
