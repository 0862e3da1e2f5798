/**
 * The whole page: header, footer, and between them the first screen, the progress, or the table and
 * its panel.
 */
import { css, html, nothing } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { LANGUAGES, type Language } from "tenure/elements";
import { page } from "../styles/page";
import type { ScoredTable } from "../table/scored-table";
import { fieldLabels } from "../text/fields";
import { language, speak } from "../text/language";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { fragmentOf, type Place, placeOf } from "../workspace/place";
import { isProfile } from "../workspace/profiles";
import { Workspace } from "../workspace/workspace";
import type { CustomerTable, OpenCustomer, SortRows } from "./customer-table";
import { customerTitle } from "./customer-title";
import { download } from "./download";
import { icon, logo } from "./marks";
import type { ModelDialog } from "./model-dialog";
import { PageElement } from "./page-element";
import type { MapColumns } from "./start-view";
import type { ShowField, ToggleTier } from "./summary-strip";
import type { ChangeQuery, ChooseSheet, ExportRows } from "./table-tools";
import "./compare-panel";
import "./customer-panel";
import "./customer-table";
import "./drift-panel";
import "./drivers-panel";
import "./findings-panel";
import "./model-dialog";
import "./plan-panel";
import "./policy-panel";
import type { UsePolicy } from "./policy-panel";
import "./progress-view";
import "./start-view";
import "./summary-strip";
import "./table-tools";
import "./theme-toggle";

/** The panel of a place, with the rows of its customers. */
type Panel =
  | { kind: "customer"; row: number }
  | { kind: "compare"; rows: readonly [number, number] }
  | { kind: "findings"; field: string | undefined }
  | { kind: "drivers" }
  | { kind: "plan" }
  | { kind: "policy" }
  | { kind: "drift" }
  | undefined;

/** Up to this width the panel covers the table; on wider screens it is beside the table. */
const narrow = matchMedia("(max-width: 900px)");

@customElement("tenure-app")
export class TenureApp extends PageElement {
  @state() private place: Place = placeOf(location.hash);
  /** The row of the customer who waits for another to be compared with. */
  @state() private comparing?: number | undefined;
  @state() private isDragging = false;
  @state() private isNarrow = narrow.matches;
  @state() private applyUpdate?: (() => void) | undefined;
  @query("customer-table") private tableView?: CustomerTable;
  @query("aside > *, drift-panel") private panelView?: HTMLElement;
  @query("model-dialog") private dialog?: ModelDialog;
  @query("#table-file") private tableInput!: HTMLInputElement;
  @query("#model-file") private modelInput!: HTMLInputElement;
  @query("#profile-files") private profileInput!: HTMLInputElement;
  /** Whether the address names a place in the table that is opened first. */
  #isRestoring = this.place.view !== "start";
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
    addEventListener("popstate", () => this.#onPop());
    void this.#start();
  }

  async #start() {
    await this.#workspace.start(this.#isRestoring);
    if (this.#workspace.kept) return;
    this.#isRestoring = false;
    if (!this.#workspace.table && this.place.view !== "start") this.#go({ view: "start" }, "replace");
  }

  /** Offers the newer version of the page. */
  offerUpdate(apply: () => void) {
    this.applyUpdate = apply;
  }

  async #onOpened() {
    this.comparing = undefined;
    if (!this.#workspace.table) return;
    // A newer table is compared at once where its model is.
    const stays = this.#isRestoring || this.place.view === "drift";
    if (!stays) this.#go({ view: "table" }, this.place.view === "start" ? "push" : "replace");
    this.#isRestoring = false;
    await this.updateComplete;
    this.tableView?.focus();
  }

  /** Shows a place, and writes it into the address. */
  #go(place: Place, how: "push" | "replace" = "push") {
    this.place = place;
    const fragment = fragmentOf(place);
    if (fragment === location.hash) return;
    const address = `${location.pathname}${location.search}${fragment}`;
    if (how === "push") history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }

  async #onPop() {
    this.place = placeOf(location.hash);
    const isShown = this.#workspace.table || (this.place.view === "drift" && this.#workspace.profiles.length > 0);
    if (this.place.view !== "start" && !isShown && this.#workspace.kept) {
      this.#isRestoring = true;
      await this.#workspace.openKept();
      return;
    }
    await this.updateComplete;
    if (this.place.view === "table") this.tableView?.focus();
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
    this.#use(files);
  }

  #onChosen(event: Event) {
    const input = event.target as HTMLInputElement;
    this.#use([...(input.files ?? [])]);
    // Lets the reader choose the same file again after correcting it.
    input.value = "";
  }

  #use(files: readonly File[]) {
    this.#isRestoring = false;
    const profiles = files.filter(isProfile);
    const others = files.filter((file) => !isProfile(file));
    if (others.length > 0) void this.#workspace.useFiles(others);
    if (profiles.length > 0 || others.length > 0) void this.#useProfiles(profiles);
  }

  /** Compares profiles; without any, what is opened next. */
  async #useProfiles(files: readonly File[]) {
    await this.#workspace.useProfiles(files);
    if (files.length > 0) await this.#show({ view: "drift" });
  }

  #onKey(event: KeyboardEvent) {
    if (event.key !== "Escape" || event.defaultPrevented || (!this.#panel && this.place.view !== "drift")) return;
    // In the search field Escape clears the text first, as in every search field.
    const target = event.composedPath()[0];
    if (target instanceof HTMLInputElement && target.type === "search" && target.value) return;
    void this.#closePanel();
  }

  #home(event: Event) {
    event.preventDefault();
    this.#workspace.cancel();
    this.#workspace.dismissFailure();
    this.#go({ view: "start" });
  }

  get #panel(): Panel {
    const { place } = this;
    const { table } = this.#workspace;
    if (!table) return undefined;
    if (place.view === "findings") return { kind: "findings", field: place.field };
    if (place.view === "drivers" || place.view === "plan" || place.view === "policy" || place.view === "drift") {
      return { kind: place.view };
    }
    if (place.view === "customer") {
      const row = table.lines.indexOf(place.line);
      return row < 0 ? undefined : { kind: "customer", row };
    }
    if (place.view === "compare") {
      const [left, right] = place.lines.map((line) => table.lines.indexOf(line));
      return left! < 0 || right! < 0 ? undefined : { kind: "compare", rows: [left!, right!] };
    }
    return undefined;
  }

  async #openCustomer(row: number) {
    const { table } = this.#workspace;
    if (!table) return;
    const before = this.#panel?.kind;
    const other = this.comparing;
    if (other !== undefined && other !== row) {
      this.comparing = undefined;
      this.#go({ view: "compare", lines: [table.lines[other]!, table.lines[row]!] });
    } else {
      // From customer to customer is no step back.
      this.#go({ view: "customer", line: table.lines[row]! }, before === "customer" ? "replace" : "push");
    }
    await this.updateComplete;
    // The focus stays on the table, so that the arrow keys keep opening customers. It moves to the
    // panel if the panel covers the table, and if the pressed button is gone with another panel.
    const kind = this.#panel?.kind;
    if ((before && before !== kind) || (this.isNarrow && !before)) this.panelView?.focus();
  }

  async #show(place: Place) {
    this.#go(place);
    await this.updateComplete;
    this.panelView?.focus();
  }

  async #closePanel() {
    this.#go({ view: this.#workspace.table ? "table" : "start" });
    await this.updateComplete;
    this.tableView?.focus();
  }

  #step(steps: number) {
    const panel = this.#panel;
    const { table } = this.#workspace;
    if (panel?.kind !== "customer" || !this.tableView || !table) return;
    this.#go({ view: "customer", line: table.lines[this.tableView.neighbour(panel.row, steps)]! }, "replace");
  }

  /** Lets the reader choose the other customer in the table. */
  #compare(row: number) {
    this.comparing = row;
    if (this.isNarrow) void this.#closePanel();
    else this.tableView?.focus();
  }

  #toggleTier(tier: number) {
    const tiers = new Set(this.#workspace.query.tiers);
    if (!tiers.delete(tier)) tiers.add(tier);
    this.#workspace.query = { ...this.#workspace.query, tiers };
  }

  /** The customers without a value, or the problems of the field: a missing value is no problem. */
  #showField({ field, rule }: ShowField) {
    const segment = { field, cell: Number.NaN };
    if (rule === "missing") this.#workspace.query = { ...this.#workspace.query, segment };
    else void this.#show({ view: "findings", field });
  }

  async #export(withReasons: boolean) {
    const exported = await this.#workspace.export(withReasons);
    if (!exported) return;
    download(exported.blob, exported.name);
  }

  protected override willUpdate() {
    document.documentElement.lang = language();
    document.title = texts().title;
  }

  override render() {
    const t = texts();
    const { model, table, progress, refused, said, kept } = this.#workspace;
    const isTableShown =
      table !== undefined && model !== undefined && !progress && !refused && this.place.view !== "start";
    const panel = isTableShown ? this.#panel : undefined;
    const isCovered = this.isNarrow && panel !== undefined;
    return html`
      <header ?inert=${isCovered}>
        <a class="brand" href="./" aria-label=${t.startPage} @click=${this.#home}>${logo()}<span>Tenure</span></a>
        ${model ? html`<button class="plain model" title=${t.aboutModel} @click=${() => this.dialog?.show()}>${icon("model")}<span>${model.isDemo ? t.demo(model.name) : model.name}</span></button>` : nothing}
        <span class="space"></span>
        <select class="language" aria-label=${t.language} @change=${(event: Event) => speak((event.target as HTMLSelectElement).value as Language)}>
          ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value=${tag} lang=${tag} ?selected=${tag === language()}>${name}</option>`)}
        </select>
        ${isTableShown ? html`<button class="new" @click=${() => this.tableInput.click()}>${icon("upload")}<span>${t.newTable}</span></button>` : nothing}
        <theme-toggle></theme-toggle>
      </header>
      <main class=${panel ? "with-panel" : ""} @keydown=${this.#onKey}>
        ${
          progress
            ? html`<progress-view class="fill" .progress=${progress} @cancel-run=${() => this.#workspace.cancel()}></progress-view>`
            : isTableShown
              ? this.#overview(model, table, panel, isCovered)
              : model && !refused && this.place.view === "drift" && this.#workspace.profiles.length > 0
                ? html`<h1 class="visually-hidden">${t.driftHeading}</h1>${this.#driftPanel(model, undefined)}`
                : html`<start-view
                class="fill"
                .model=${model}
                .refused=${refused}
                .waiting=${this.#workspace.waiting?.file.name}
                .openTable=${table?.facts.name}
                .kept=${kept?.file.name}
                .dragging=${this.isDragging}
                @choose-table=${() => this.tableInput.click()}
                @choose-model=${() => this.modelInput.click()}
                @use-sample=${() => this.#workspace.useSample()}
                @go-back=${this.#goBack}
                @open-kept=${() => this.#workspace.openKept()}
                @forget-kept=${() => this.#workspace.keep(false)}
                @map-columns=${({ mapping }: MapColumns) => this.#workspace.readAgain({ mapping })}
                @choose-sheet=${({ sheet }: ChooseSheet) => this.#workspace.readAgain({ sheet })}
              ></start-view>`
        }
      </main>
      <footer ?inert=${isCovered}>
        ${icon("lock")}<p>${t.staysHere}</p>
        ${
          isTableShown
            ? html`<label class="keep" title=${t.keepTable}>
              <input type="checkbox" .checked=${live(this.#workspace.isKept)} @change=${(event: Event) => this.#workspace.keep((event.target as HTMLInputElement).checked)} />${t.keep}
            </label>`
            : nothing
        }
      </footer>
      ${model ? html`<model-dialog .model=${model} @choose-model=${() => this.modelInput.click()}></model-dialog>` : nothing}
      ${this.isDragging && (isTableShown || progress) ? html`<div class="drop-here" aria-hidden="true"><p>${t.dropHere}</p></div>` : nothing}
      ${this.applyUpdate ? this.#update(this.applyUpdate) : nothing}
      <input id="table-file" type="file" accept=".csv,.tsv,.txt,.gz,.xlsx,text/csv" hidden aria-label=${t.customerTable} @change=${this.#onChosen} />
      <input id="profile-files" type="file" accept=".json,application/json" multiple hidden aria-label=${t.profiles} @change=${this.#onChosen} />
      <input id="model-file" type="file" accept=".safetensors" hidden aria-label=${t.model} @change=${this.#onChosen} />
      <p class="visually-hidden" role="status">${said}</p>
    `;
  }

  #goBack() {
    this.#workspace.dismissFailure();
    if (this.place.view === "start") this.#go({ view: "table" });
  }

  #update(apply: () => void) {
    const t = texts();
    return html`<div class="toast" role="status">
      <span>${t.newVersion}</span>
      <button class="primary" @click=${apply}>${t.reload}</button>
      <button class="plain" @click=${() => (this.applyUpdate = undefined)}>${t.later}</button>
    </div>`;
  }

  #overview(model: Model, table: ScoredTable, panel: Panel, isCovered: boolean) {
    const t = texts();
    const { rows, query, explainer } = this.#workspace;
    const labels = fieldLabels(model.scorer.schema);
    const change = (part: Partial<typeof query>) => (this.#workspace.query = { ...query, ...part });
    return html`
      <h1 class="visually-hidden">${t.scored(table.facts.name)}</h1>
      <div class="overview" ?inert=${isCovered}>
        <summary-strip
          .table=${table}
          .tiers=${model.scorer.policy.tiers}
          .labels=${labels}
          .chosen=${query.tiers}
          @toggle-tier=${({ tier }: ToggleTier) => this.#toggleTier(tier)}
          @show-findings=${() => this.#show({ view: "findings" })}
          @show-field=${(event: ShowField) => this.#showField(event)}
        ></summary-strip>
        <table-tools
          .table=${table}
          .labels=${labels}
          .segments=${this.#workspace.segments}
          .query=${query}
          .count=${rows.length}
          .exporting=${this.#workspace.exporting}
          ?small=${panel !== undefined}
          @change-query=${({ part }: ChangeQuery) => change(part)}
          @choose-sheet=${({ sheet }: ChooseSheet) => this.#workspace.readAgain({ sheet })}
          @show-plan=${() => this.#show({ view: "plan" })}
          @show-drivers=${() => this.#show({ view: "drivers" })}
          @show-drift=${() => this.#show({ view: "drift" })}
          @export-rows=${({ withReasons }: ExportRows) => this.#export(withReasons)}
          @cancel-export=${() => this.#workspace.cancelExport()}
        ></table-tools>
        ${this.comparing === undefined ? nothing : this.#hint(table, this.comparing)}
        <div class="stage">
          <customer-table
            .table=${table}
            .scorer=${model.scorer}
            .model=${model.bytes}
            .explainer=${explainer}
            .rows=${rows}
            .query=${query}
            .selected=${panel?.kind === "customer" ? panel.row : -1}
            .compared=${panel?.kind === "compare" ? panel.rows : this.comparing === undefined ? [] : [this.comparing]}
            @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
            @sort-rows=${({ sort, direction }: SortRows) => change({ sort, direction })}
          ></customer-table>
          ${rows.length === 0 ? html`<p class="none">${t.noMatch}</p>` : nothing}
          <p class="printed">${t.printed(rows.length)}</p>
        </div>
      </div>
      ${panel ? html`<aside aria-label=${t.panels[panel.kind]}>${this.#panelOf(panel, model, table)}</aside>` : nothing}
    `;
  }

  #hint(table: ScoredTable, row: number) {
    const t = texts();
    return html`<p class="hint" role="status">
      ${t.chooseOther(customerTitle(table, row))} <button class="link" @click=${() => (this.comparing = undefined)}>${t.stopComparing}</button>
    </p>`;
  }

  #panelOf(panel: NonNullable<Panel>, model: Model, table: ScoredTable) {
    const { explainer } = this.#workspace;
    if (panel.kind === "customer") {
      return html`<customer-panel
        .model=${model}
        .table=${table}
        .row=${panel.row}
        @panel-close=${this.#closePanel}
        @panel-previous=${() => this.#step(-1)}
        @panel-next=${() => this.#step(1)}
        @edit-policy=${() => this.#show({ view: "policy" })}
        @panel-compare=${() => this.#compare(panel.row)}
      ></customer-panel>`;
    }
    if (panel.kind === "compare") {
      return html`<compare-panel
        .model=${model}
        .table=${table}
        .explainer=${explainer}
        .rows=${panel.rows}
        @panel-close=${this.#closePanel}
        @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
      ></compare-panel>`;
    }
    if (panel.kind === "drivers") {
      return html`<drivers-panel .model=${model} .table=${table} .rows=${this.#workspace.rows} @panel-close=${this.#closePanel}></drivers-panel>`;
    }
    if (panel.kind === "plan") {
      return html`<plan-panel
        .model=${model}
        .table=${table}
        .rows=${this.#workspace.rows}
        @panel-close=${this.#closePanel}
        @edit-policy=${() => this.#show({ view: "policy" })}
        @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
      ></plan-panel>`;
    }
    if (panel.kind === "drift") return this.#driftPanel(model, table);
    if (panel.kind === "policy") {
      return html`<policy-panel
        .model=${model}
        @panel-close=${() => this.#show({ view: "plan" })}
        @use-policy=${({ policy }: UsePolicy) => this.#workspace.usePolicy(policy)}
      ></policy-panel>`;
    }
    return html`<findings-panel
      .table=${table}
      .labels=${fieldLabels(model.scorer.schema)}
      .field=${panel.field}
      @panel-close=${this.#closePanel}
      @all-fields=${() => this.#go({ view: "findings" }, "replace")}
      @open-customer=${({ row }: OpenCustomer) => this.#openCustomer(row)}
    ></findings-panel>`;
  }

  #driftPanel(model: Model, table: ScoredTable | undefined) {
    return html`<drift-panel
      class=${table ? "" : "fill"}
      .model=${model}
      .table=${table}
      .profiles=${this.#workspace.profiles}
      @panel-close=${this.#closePanel}
      @choose-profiles=${() => this.profileInput.click()}
      @forget-profiles=${() => this.#useProfiles([])}
    ></drift-panel>`;
  }

  static override styles = [
    page,
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
        margin-inline-end: 0.75rem;
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
        display: flex;
        flex-direction: column;
        min-width: 0;
        min-height: 0;
        overflow-y: auto;
      }
      summary-strip {
        padding: 1.1rem 1.5rem 0.5rem;
      }
      table-tools {
        padding: 0.5rem 1.5rem 0.8rem;
      }
      .language {
        width: auto;
        border-color: transparent;
        background: none;
      }
      .language:hover {
        border-color: var(--line-strong);
      }
      .hint {
        display: flex;
        flex-wrap: wrap;
        gap: 0.25rem 1rem;
        margin: 0 1.5rem 0.8rem;
        padding: 0.5rem 0.8rem;
        border: 1px solid var(--accent);
        border-radius: var(--radius-small);
        background: var(--selected);
      }
      .overview > * {
        flex: none;
      }
      .overview > .stage {
        position: relative;
        display: grid;
        grid-template-rows: minmax(0, 1fr);
        flex: 1 0 14rem;
        min-height: 14rem;
        border-top: 1px solid var(--line);
      }
      customer-table {
        height: 100%;
        grid-area: 1 / 1;
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
        border-inline-start: 1px solid var(--line);
      }
      aside > * {
        min-height: 0;
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
      .keep {
        display: flex;
        align-items: center;
        gap: 0.4rem;
        margin-inline-start: auto;
        white-space: nowrap;
        cursor: pointer;
      }
      .keep input {
        width: 16px;
        height: 16px;
        margin: 0;
        accent-color: var(--accent);
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
        inset-block: auto calc(1.25rem + env(safe-area-inset-bottom));
        inset-inline: 0;
        margin-inline: auto;
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
      }

      @media (max-width: 900px) {
        main.with-panel {
          grid-template-columns: minmax(0, 1fr);
        }
        aside {
          position: fixed;
          inset: 0;
          z-index: 4;
          border: 0;
        }
      }

      /* Beside a panel the table is a list. */
      @media (min-width: 901px) {
        .with-panel summary-strip {
          display: none;
        }
        .with-panel table-tools {
          padding: 0.75rem 1rem;
        }
        .with-panel .hint {
          margin-inline: 1rem;
        }
      }

      @media (max-width: 800px) {
        .new {
          position: relative;
          flex: none;
          overflow: hidden;
          width: 40px;
          padding: 0;
        }
        .new span {
          position: absolute;
          clip-path: inset(50%);
        }
      }

      @media (max-width: 640px) {
        header {
          min-height: 52px;
          padding: 0 0.75rem;
          gap: 0.25rem;
        }
        .brand {
          margin-inline-end: 0;
        }
        summary-strip {
          padding: 0.75rem 0.9rem 0.25rem;
        }
        table-tools {
          padding: 0.4rem 0.9rem 0.6rem;
        }
        .model span {
          max-width: 22vw;
        }
        .language {
          max-width: 6.2rem;
          padding-inline: 0.3em;
        }
        .hint {
          margin-inline: 0.9rem;
        }
        footer {
          padding-inline: 0.9rem;
          font-size: 11.5px;
          line-height: 1.3;
        }
      }

      @media (max-width: 360px) {
        .brand span {
          position: absolute;
          clip-path: inset(50%);
        }
      }

      /* Where little fits on the screen, at 400% zoom too, the whole page scrolls. */
      @media (max-height: 500px) {
        :host {
          height: auto;
          min-height: 100dvh;
        }
        main {
          grid-template-rows: auto;
        }
        .overview > .stage {
          flex: none;
          height: max(11rem, 85dvh);
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
        .language,
        theme-toggle,
        footer,
        table-tools,
        .hint,
        .toast,
        .with-panel .overview {
          display: none;
        }
        aside {
          display: block;
          position: static;
          border: 0;
        }
        .overview {
          display: block;
          overflow: visible;
        }
        .overview > .stage {
          display: block;
          height: auto;
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
