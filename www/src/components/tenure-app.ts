/**
 * The whole page: header, footer, and between them the first screen, the progress, or the table and
 * its panel.
 */
import { css, html, LitElement, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { controls } from "tenure/elements";
import type { ScoredTable } from "../table/scored-table";
import { fieldLabels } from "../text/fields";
import { counted, formatCount } from "../text/numbers";
import type { Model } from "../workspace/model";
import { Workspace } from "../workspace/workspace";
import type { CustomerTable, OpenCustomer, SortRows } from "./customer-table";
import { icon, logo } from "./marks";
import type { ModelDialog } from "./model-dialog";
import type { ToggleTier } from "./summary-strip";
import "./customer-panel";
import type { Speak } from "./customer-panel";
import "./customer-table";
import "./drivers-panel";
import "./findings-panel";
import "./model-dialog";
import "./progress-view";
import "./start-view";
import "./summary-strip";
import "./theme-toggle";

type Panel = { kind: "customer"; row: number } | { kind: "findings" } | { kind: "drivers" } | undefined;

const PANEL_NAMES = { customer: "Customer", findings: "Problems", drivers: "Drivers" } as const;

/** Up to this width the panel covers the table; on wider screens it is beside the table. */
const narrow = matchMedia("(max-width: 900px)");

@customElement("tenure-app")
export class TenureApp extends LitElement {
  @state() private panel: Panel;
  @state() private isDragging = false;
  @state() private isNarrow = narrow.matches;
  @state() private applyUpdate?: (() => void) | undefined;
  @query("customer-table") private tableView?: CustomerTable;
  @query("customer-panel, findings-panel, drivers-panel") private panelView?: HTMLElement;
  @query("model-dialog") private dialog?: ModelDialog;
  @query("#table-file") private tableInput!: HTMLInputElement;
  @query("#model-file") private modelInput!: HTMLInputElement;
  readonly #workspace = new Workspace(this, () => void this.#onOpened());

  override connectedCallback() {
    super.connectedCallback();
    narrow.addEventListener("change", () => (this.isNarrow = narrow.matches));
    addEventListener("dragover", (event) => this.#onDrag(event));
    addEventListener("dragleave", (event) => {
      // A related target is another element of the page; there is none when the pointer leaves the
      // window.
      if (!event.relatedTarget) this.isDragging = false;
    });
    addEventListener("drop", (event) => this.#onDrop(event));
  }

  /** Offers the newer version of the page. */
  offerUpdate(apply: () => void) {
    this.applyUpdate = apply;
  }

  async #onOpened() {
    this.panel = undefined;
    await this.updateComplete;
    this.tableView?.focus();
  }

  #onDrag(event: DragEvent) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    this.isDragging = true;
  }

  #onDrop(event: DragEvent) {
    const files = [...(event.dataTransfer?.files ?? [])];
    this.isDragging = false;
    if (files.length === 0) return;
    event.preventDefault();
    void this.#workspace.useFiles(files);
  }

  #onChosen(event: Event) {
    const input = event.target as HTMLInputElement;
    void this.#workspace.useFiles([...(input.files ?? [])]);
    // Lets the reader choose the same file again after correcting it.
    input.value = "";
  }

  #onKey(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.panel) return;
    // In the search field Escape clears the text first, as in every search field.
    const target = event.composedPath()[0];
    if (target instanceof HTMLInputElement && target.type === "search" && target.value) return;
    void this.#closePanel();
  }

  #home(event: Event) {
    event.preventDefault();
    this.#workspace.close();
  }

  async #openCustomer(row: number) {
    const before = this.panel?.kind;
    this.panel = { kind: "customer", row };
    await this.updateComplete;
    // The focus stays on the table, so that the arrow keys keep opening customers. It moves to the
    // panel if the panel covers the table, and if the pressed button is gone with another panel.
    if ((before && before !== "customer") || (this.isNarrow && !before)) this.panelView?.focus();
  }

  async #show(kind: "findings" | "drivers") {
    this.panel = { kind };
    await this.updateComplete;
    this.panelView?.focus();
  }

  async #closePanel() {
    this.panel = undefined;
    await this.updateComplete;
    this.tableView?.focus();
  }

  #step(steps: number) {
    if (this.panel?.kind !== "customer" || !this.tableView) return;
    this.panel = { kind: "customer", row: this.tableView.neighbour(this.panel.row, steps) };
  }

  #toggleTier(tier: number) {
    const tiers = new Set(this.#workspace.query.tiers);
    if (!tiers.delete(tier)) tiers.add(tier);
    this.#workspace.query = { ...this.#workspace.query, tiers };
  }

  async #export() {
    const exported = await this.#workspace.export();
    if (!exported) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(exported.blob);
    link.download = exported.name;
    link.click();
    // The browser reads the blob after the click returns.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  override render() {
    const { model, table, progress, failure, said } = this.#workspace;
    const isTableShown = table !== undefined && model !== undefined && !progress && !failure;
    const isCovered = this.isNarrow && this.panel !== undefined && isTableShown;
    return html`
      <header ?inert=${isCovered}>
        <a class="brand" href="./" aria-label="Tenure, start page" @click=${this.#home}>${logo()}<span>Tenure</span></a>
        ${model ? html`<button class="plain model" title="About this model" @click=${() => this.dialog?.show()}>${icon("model")}<span>${model.name}${model.isDemo ? " (demo)" : nothing}</span></button>` : nothing}
        <span class="space"></span>
        ${isTableShown ? html`<button class="new" @click=${() => this.tableInput.click()}>${icon("upload")}<span>New table</span></button>` : nothing}
        <theme-toggle></theme-toggle>
      </header>
      <main class=${this.panel && isTableShown ? "with-panel" : ""} @keydown=${this.#onKey}>
        ${
          progress
            ? html`<progress-view class="fill" .progress=${progress} @cancel-run=${() => this.#workspace.cancel()}></progress-view>`
            : isTableShown
              ? this.#overview(model, table, isCovered)
              : html`<start-view
                class="fill"
                .model=${model}
                .failure=${failure}
                .openTable=${table?.facts.name}
                .dragging=${this.isDragging}
                @choose-table=${() => this.tableInput.click()}
                @choose-model=${() => this.modelInput.click()}
                @use-sample=${() => this.#workspace.useSample()}
                @go-back=${() => this.#workspace.dismissFailure()}
              ></start-view>`
        }
      </main>
      <footer ?inert=${isCovered}>${icon("lock")}<p>Your data stays on this device. The page cannot connect to other servers, and it works offline.</p></footer>
      ${model ? html`<model-dialog .model=${model} @choose-model=${() => this.modelInput.click()}></model-dialog>` : nothing}
      ${this.isDragging && (isTableShown || progress) ? html`<div class="drop-here" aria-hidden="true"><p>Drop the file to score it</p></div>` : nothing}
      ${this.applyUpdate ? this.#update(this.applyUpdate) : nothing}
      <input id="table-file" type="file" accept=".csv,.tsv,.txt,.gz,.xlsx,text/csv" hidden aria-label="Customer table" @change=${this.#onChosen} />
      <input id="model-file" type="file" accept=".safetensors" hidden aria-label="Model" @change=${this.#onChosen} />
      <p class="visually-hidden" role="status">${said}</p>
    `;
  }

  #update(apply: () => void) {
    return html`<div class="toast" role="status">
      <span>A new version of Tenure is ready.</span>
      <button class="primary" @click=${apply}>Reload</button>
      <button class="plain" @click=${() => (this.applyUpdate = undefined)}>Later</button>
    </div>`;
  }

  #overview(model: Model, table: ScoredTable, isCovered: boolean) {
    const { rows, query, explainer } = this.#workspace;
    const change = (part: Partial<typeof query>) => (this.#workspace.query = { ...query, ...part });
    return html`
      <h1 class="visually-hidden">${table.facts.name}, scored</h1>
      <div class="overview" ?inert=${isCovered}>
        <summary-strip
          .table=${table}
          .tiers=${model.scorer.policy.tiers}
          .chosen=${query.tiers}
          @toggle-tier=${({ tier }: ToggleTier) => this.#toggleTier(tier)}
          @show-findings=${() => this.#show("findings")}
        ></summary-strip>
        <div class="tools">
          <label class="search">
            <span class="visually-hidden">Search customers</span>${icon("search")}
            <input
              type="search"
              placeholder="Search ${table.facts.name}"
              autocomplete="off"
              spellcheck="false"
              .value=${query.text}
              @input=${(event: Event) => change({ text: (event.target as HTMLInputElement).value })}
            />
          </label>
          ${
            rows.length < table.rowCount
              ? html`<p class="shown" role="status">${counted(rows.length, "customer")} shown <button class="link" @click=${() => change({ text: "", tiers: new Set() })}>Show all</button></p>`
              : nothing
          }
          <button class="drivers" title="Show which fields drive the scores of these customers" @click=${() => this.#show("drivers")}>${icon("drivers")}<span>Drivers</span></button>
          <button
            class="export"
            title="Export the rows shown, in this order, with probability, tier and problems. Text that a spreadsheet would run as a formula gets an apostrophe in front."
            @click=${this.#export}
          >
            ${icon("download")}<span>Export CSV</span>
          </button>
        </div>
        <div class="stage">
          <customer-table
            .table=${table}
            .scorer=${model.scorer}
            .explainer=${explainer}
            .rows=${rows}
            .query=${query}
            .selected=${this.panel?.kind === "customer" ? this.panel.row : -1}
            @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
            @sort-rows=${({ sort, direction }: SortRows) => change({ sort, direction })}
          ></customer-table>
          ${rows.length === 0 ? html`<p class="none">No customers match.</p>` : nothing}
          <p class="printed">Only the rows in view are printed. Export the table to get all ${formatCount(rows.length)} rows.</p>
        </div>
      </div>
      ${this.panel ? html`<aside aria-label=${PANEL_NAMES[this.panel.kind]}>${this.#panelView(this.panel, model, table)}</aside>` : nothing}
    `;
  }

  #panelView(panel: NonNullable<Panel>, model: Model, table: ScoredTable) {
    if (panel.kind === "customer") {
      return html`<customer-panel
        .model=${model}
        .table=${table}
        .language=${this.#workspace.language}
        .row=${panel.row}
        @panel-speak=${({ language }: Speak) => this.#workspace.speak(language)}
        @panel-close=${this.#closePanel}
        @panel-previous=${() => this.#step(-1)}
        @panel-next=${() => this.#step(1)}
      ></customer-panel>`;
    }
    if (panel.kind === "drivers") {
      return html`<drivers-panel .model=${model} .table=${table} .rows=${this.#workspace.rows} @panel-close=${this.#closePanel}></drivers-panel>`;
    }
    return html`<findings-panel
      .table=${table}
      .labels=${fieldLabels(model.scorer.schema)}
      @panel-close=${this.#closePanel}
      @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
    ></findings-panel>`;
  }

  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: auto minmax(0, 1fr) auto;
        height: 100dvh;
      }

      header {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 56px;
        padding: 0 1.5rem;
        border-bottom: 1px solid var(--line);
        background: var(--surface);
      }
      .brand {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        min-height: 36px;
        margin-right: 0.75rem;
        border-radius: var(--radius-small);
        color: var(--ink);
        font-size: 17px;
        font-weight: 680;
        letter-spacing: -0.02em;
        text-decoration: none;
      }
      .logo {
        width: 26px;
        height: 26px;
        fill: none;
        stroke: var(--accent);
        stroke-width: 3.4;
        stroke-linecap: round;
      }
      .logo circle {
        fill: var(--up-bar);
        stroke: none;
      }
      .space {
        flex: 1;
      }
      .model {
        flex: 0 1 auto;
        min-width: 0;
        color: var(--ink-soft);
      }
      .model span {
        overflow: hidden;
        text-overflow: ellipsis;
      }

      main {
        position: relative;
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
        min-height: 0;
      }
      main.with-panel {
        grid-template-columns: minmax(350px, 31%) minmax(0, 1fr);
      }
      .fill {
        min-height: 0;
      }
      .overview {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr);
        min-width: 0;
        min-height: 0;
      }
      summary-strip {
        padding: 1.1rem 1.5rem 0.5rem;
      }
      .tools {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding: 0.5rem 1.5rem 0.8rem;
      }
      .search {
        position: relative;
        flex: 0 1 340px;
        min-width: 0;
      }
      .search svg {
        position: absolute;
        top: 9px;
        left: 10px;
        color: var(--ink-soft);
        pointer-events: none;
      }
      .search input {
        padding-left: 34px;
      }
      .search input::placeholder {
        color: var(--ink-soft);
        opacity: 1;
      }
      .shown {
        color: var(--ink-soft);
      }
      .shown button {
        margin-left: 0.4em;
      }
      .drivers {
        margin-left: auto;
      }
      .stage {
        position: relative;
        min-height: 0;
        border-top: 1px solid var(--line);
      }
      customer-table {
        height: 100%;
      }
      .none {
        position: absolute;
        inset: 96px 0 auto;
        text-align: center;
        color: var(--ink-soft);
      }

      .printed {
        display: none;
      }

      aside {
        display: grid;
        min-width: 0;
        min-height: 0;
        border-left: 1px solid var(--line);
      }
      aside > * {
        min-height: 0;
      }

      /* While a panel is open, the table is a list without its tools. */
      .with-panel summary-strip,
      .with-panel .export,
      .with-panel .drivers {
        display: none;
      }
      .with-panel .tools {
        flex-wrap: wrap;
        padding: 0.75rem 1rem;
      }
      .with-panel .search {
        flex: 1 1 100%;
      }

      footer {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.4rem 1.5rem calc(0.4rem + env(safe-area-inset-bottom));
        border-top: 1px solid var(--line);
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      footer .icon {
        width: 15px;
        height: 15px;
      }

      .drop-here {
        position: fixed;
        inset: 0;
        z-index: 5;
        display: grid;
        place-items: center;
        background: color-mix(in srgb, var(--paper) 82%, transparent);
        outline: 2px dashed var(--accent);
        outline-offset: -14px;
        font-size: 20px;
        font-weight: 600;
        pointer-events: none;
      }
      .toast {
        position: fixed;
        inset: auto auto calc(1.25rem + env(safe-area-inset-bottom)) 50%;
        z-index: 6;
        display: flex;
        align-items: center;
        gap: 0.6rem;
        width: max-content;
        max-width: calc(100vw - 2rem);
        padding: 0.6rem 0.6rem 0.6rem 1rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        box-shadow: var(--shadow-high);
        translate: -50% 0;
      }

      @media (max-width: 900px) {
        main.with-panel {
          grid-template-columns: minmax(0, 1fr);
        }
        .with-panel summary-strip {
          display: flex;
        }
        .with-panel .export,
        .with-panel .drivers {
          display: inline-flex;
        }
        .with-panel .tools {
          flex-wrap: nowrap;
        }
        aside {
          position: fixed;
          inset: 0;
          z-index: 4;
          border: 0;
        }
      }

      @media (max-width: 640px) {
        header {
          min-height: 52px;
          padding: 0 0.75rem;
          gap: 0.25rem;
        }
        .brand {
          margin-right: 0;
        }
        .new span,
        .drivers span,
        .export span {
          position: absolute;
          clip-path: inset(50%);
        }
        .new,
        .drivers,
        .export {
          position: relative;
          overflow: hidden;
          width: 40px;
          padding: 0;
          flex: none;
        }
        summary-strip {
          padding: 0.75rem 0.9rem 0.25rem;
        }
        .tools,
        .with-panel .tools {
          padding: 0.4rem 0.9rem 0.6rem;
        }
        .search {
          flex: 1 1 auto;
        }
        .shown {
          flex: none;
          font-size: 12.5px;
        }
        .shown button {
          display: block;
          margin: 0;
        }
        footer {
          padding-inline: 0.9rem;
          font-size: 11.5px;
          line-height: 1.3;
        }
      }

      /* On paper: the open panel, or the summary and the rows in view. */
      @media print {
        :host,
        main,
        main.with-panel {
          display: block;
          height: auto;
        }
        .new,
        theme-toggle,
        footer,
        .tools,
        .toast,
        .with-panel .overview {
          display: none;
        }
        aside {
          display: block;
          position: static;
          border: 0;
        }
        .stage {
          border: 0;
        }
        .printed {
          display: block;
          margin: 0.75rem 1.5rem;
          color: var(--ink-soft);
        }
      }
    `,
  ];
}
