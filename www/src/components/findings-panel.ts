/** All problems and notes on the file, by line and field, with the rule and the value. */
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { controls } from "tenure/elements";
import { panel } from "../styles/panel";
import type { Finding } from "../table/messages";
import type { ScoredTable } from "../table/scored-table";
import { counted, formatCount } from "../text/numbers";
import { OpenCustomer } from "./customer-table";
import { icon } from "./marks";

const PAGE = 200;

@customElement("findings-panel")
export class FindingsPanel extends LitElement {
  @property({ attribute: false }) table!: ScoredTable;
  @property({ attribute: false }) labels: ReadonlyMap<string, string> = new Map();
  @state() private shown = PAGE;
  @query("h2") private heading!: HTMLElement;

  override focus() {
    this.heading.focus();
  }

  override render() {
    const { findings, fatalRows, noteCount, facts } = this.table;
    const fatal = findings.filter((finding) => finding.fatal);
    const notes = findings.filter((finding) => !finding.fatal);
    const isCut = findings.length >= this.table.findingLimit;
    return html`
      <header class="title">
        <h2 tabindex="-1">Problems in ${facts.name}</h2>
        <button class="plain icon" aria-label="Close the problems" @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      ${facts.notices.map((notice) => html`<p class="notice">${notice}</p>`)}
      ${fatalRows > 0 ? this.#section(`${counted(fatalRows, "line")} not scored`, "All other lines are scored. Choose a line number to correct the values of that line.", fatal) : nothing}
      ${noteCount > 0 ? this.#section(`${counted(noteCount, "note")} on scored lines`, "These lines are scored, but some of their values needed special treatment.", notes) : nothing}
      ${isCut ? html`<p class="notice">Only the first ${formatCount(findings.length)} problems are listed. The exported table contains all of them.</p>` : nothing}
    `;
  }

  #section(title: string, explanation: string, findings: Finding[]) {
    return html`<section>
      <h3>${title}</h3>
      <p>${explanation}</p>
      <table>
        <thead><tr><th scope="col">Line</th><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Rule</th></tr></thead>
        <tbody>
          ${findings.slice(0, this.shown).map((finding) => this.#finding(finding))}
        </tbody>
      </table>
      ${findings.length > this.shown ? html`<button @click=${() => (this.shown += PAGE)}>Show ${PAGE} more</button>` : nothing}
    </section>`;
  }

  #finding({ line, row, field, value, rule, message }: Finding) {
    return html`<tr>
      <th scope="row"><button class="link" aria-label="Open line ${line}" @click=${() => this.dispatchEvent(new OpenCustomer(row))}>${line}</button></th>
      <td>${field ? (this.labels.get(field) ?? field) : "whole line"}</td>
      <td class="value">${value === "" ? "empty" : value}</td>
      <td>${message} <small>${rule}</small></td>
    </tr>`;
  }

  static override styles = [
    controls,
    panel,
    css`
      section {
        margin-top: 1.25rem;
      }
      section > p,
      .notice {
        margin-top: 0.2rem;
        color: var(--ink-soft);
      }
      table {
        width: 100%;
        margin: 0.75rem 0;
        border-collapse: collapse;
        font-size: 13px;
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
        padding: 0.45rem 1rem 0.45rem 0;
        border-bottom: 1px solid var(--line);
        text-align: left;
        vertical-align: baseline;
        font-weight: 400;
      }
      thead th {
        color: var(--ink-soft);
        font-size: 12.5px;
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
          padding-right: 0.6rem;
        }
        thead th:nth-child(1) {
          width: 3.4rem;
        }
      }
    `,
  ];
}
