/**
 * The editor of the policy: what a customer is worth, tiers, offers and the hold-out. The core checks
 * every change.
 */
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Policy, PolicyProblem } from "tenure/decide";
import { notes } from "tenure/elements";
import { type Draft, draftOf, policyOf, toToml } from "../plan/draft";
import { page } from "../styles/page";
import { panel } from "../styles/panel";
import { withQuotes } from "../text/failure";
import { texts } from "../text/texts";
import type { Model } from "../workspace/model";
import { download } from "./download";
import { icon } from "./marks";
import { PageElement } from "./page-element";

/** Asks to use another policy. */
export class UsePolicy extends Event {
  constructor(readonly policy: Policy) {
    super("use-policy");
  }
}

/** The lists of a draft. */
type ListName = "tiers" | "reasons" | "offers";

/** The keys of an entry of each list, in the order of the form. */
const KEYS = {
  tiers: ["label", "from", "action"],
  reasons: ["label", "name", "fields"],
  offers: ["label", "name", "cost", "effect", "eligible", "answers", "capacity", "cooldown"],
} as const;

const FRESH = {
  tiers: { name: "", label: "", from: "", action: "" },
  reasons: { name: "", label: "", fields: "" },
  offers: { name: "", label: "", cost: "", effect: "", eligible: "", answers: "", capacity: "", cooldown: "" },
};

@customElement("policy-panel")
export class PolicyPanel extends PageElement {
  @property({ attribute: false }) model!: Model;
  @state() private draft!: Draft;
  /** What is wrong with the draft. */
  @state() private problems: readonly PolicyProblem[] = [];
  @state() private isChanged = false;
  @state() private isUsed = false;
  @query("h2") private heading!: HTMLElement;

  override focus() {
    this.heading.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>) {
    if (changed.has("model")) this.#revert();
  }

  get #policy(): Policy {
    return policyOf(this.draft, this.model.scorer.policy);
  }

  #revert() {
    this.draft = draftOf(this.model.scorer.policy);
    this.problems = [];
    this.isChanged = false;
  }

  #change(part: Partial<Draft>) {
    this.draft = { ...this.draft, ...part };
    this.isChanged = true;
    this.isUsed = false;
    this.problems = this.model.scorer.checkPolicy(this.#policy);
  }

  #changeList<Name extends ListName>(name: Name, change: (list: Draft[Name][number][]) => void) {
    const list = [...this.draft[name]] as Draft[Name][number][];
    change(list);
    this.#change({ [name]: list } as unknown as Partial<Draft>);
  }

  async #add(name: ListName) {
    const names = this.draft[name].map((entry) => entry.name);
    let number = names.length + 1;
    while (names.includes(`${name}_${number}`)) number += 1;
    this.#changeList(name, (list) => list.push({ ...FRESH[name], name: `${name}_${number}` } as never));
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[id="policy.${name}[${names.length}].label"]`)?.focus();
  }

  #use() {
    if (this.problems.length > 0) return;
    this.isUsed = true;
    this.dispatchEvent(new UsePolicy(this.#policy));
  }

  #download() {
    download(new Blob([toToml(this.#policy)], { type: "application/toml" }), "policy.toml");
  }

  #downloadModel() {
    const { name, bytes, scorer } = this.model;
    download(new Blob([scorer.withPolicy(bytes, this.#policy)]), `${name}.safetensors`);
  }

  override render() {
    const t = texts();
    const { draft, problems } = this;
    const elsewhere = problems.filter(({ place }) => !this.#hasInput(place));
    const isSound = problems.length === 0;
    return html`
      <header class="head">
        <h2 tabindex="-1">${t.policyHeading}</h2>
        <button class="plain icon" aria-label=${t.closePolicy} @click=${() => this.dispatchEvent(new Event("panel-close"))}>${icon("close")}</button>
      </header>
      <p class="facts">${t.policyNote}</p>
      <form autocomplete="off" @submit=${(event: Event) => event.preventDefault()}>
        <fieldset>
          <legend>${t.worthHeading}</legend>
          <div class="entry">
            ${this.#input("policy.value", t.policyKeys.value, draft.value, (value) => this.#change({ value }))}
            ${this.#input("policy.contact_cost", t.policyKeys.contact_cost, draft.contact_cost, (contact_cost) => this.#change({ contact_cost }))}
            ${this.#input("policy.holdout.fraction", t.policyKeys.fraction, draft.holdout.fraction, (fraction) => this.#change({ holdout: { ...draft.holdout, fraction } }))}
            ${this.#input("policy.holdout.key", t.policyKeys.key, draft.holdout.key, (key) => this.#change({ holdout: { ...draft.holdout, key } }))}
          </div>
        </fieldset>
        ${this.#list("offers")} ${this.#list("reasons")} ${this.#list("tiers")}
      </form>
      <div class="bar">
        ${elsewhere.map(({ place, message }) => html`<p class="problem" lang="en">${place} ${withQuotes(message)}</p>`)}
        <p class="state" role="status">${
          !isSound
            ? t.policyProblems(problems.length)
            : this.isUsed
              ? t.policyUsed
              : this.isChanged
                ? t.policySound
                : ""
        }</p>
        <div class="buttons">
          <button class="primary" ?disabled=${!isSound || !this.isChanged} @click=${this.#use}>${t.usePolicy}</button>
          <button ?disabled=${!this.isChanged} @click=${this.#revert}>${t.revertPolicy}</button>
          <button ?disabled=${!isSound} title=${t.policyModelTitle} @click=${this.#downloadModel}>${icon("download")}${t.policyModel}</button>
          <button ?disabled=${!isSound} title=${t.policyFileTitle} @click=${this.#download}>${icon("download")}${t.policyFile}</button>
        </div>
      </div>
    `;
  }

  /** Whether the form shows problems of this place at an input. */
  #hasInput(place: string): boolean {
    const [, list, at, key] = /^policy\.(\w+)\[(\d+)\]\.(\w+)/.exec(place) ?? [];
    if (list === undefined) return /^policy\.(value|contact_cost|holdout\.(fraction|key))$/.test(place);
    const keys: readonly string[] | undefined = KEYS[list as ListName];
    return keys?.includes(key!) === true && Number(at) < this.draft[list as ListName].length;
  }

  #list(name: ListName) {
    const t = texts();
    const entries = this.draft[name] as Record<string, string>[];
    return html`<fieldset>
      <legend>${t.policyLists[name]}</legend>
      ${entries.map(
        (entry, at) => html`<fieldset class="entry">
          <legend class="visually-hidden">${entry["label"] || entry["name"]}</legend>
          ${KEYS[name].map((key) =>
            this.#input(`policy.${name}[${at}].${key}`, t.policyKeys[key], entry[key]!, (text) =>
              this.#changeList(name, (list) => {
                list[at] = { ...list[at]!, [key]: text } as never;
              }),
            ),
          )}
          <button type="button" class="plain remove" aria-label=${t.removeEntry(entry["label"] || entry["name"]!)} title=${t.removeEntry(entry["label"] || entry["name"]!)}
            @click=${() => this.#changeList(name, (list) => list.splice(at, 1))}>${icon("close")}</button>
        </fieldset>`,
      )}
      <button type="button" @click=${() => this.#add(name)}>${t.addEntry[name]}</button>
    </fieldset>`;
  }

  #input(place: string, label: string, value: string, onInput: (text: string) => void) {
    const found = this.problems.filter((problem) => problem.place.startsWith(place));
    const isInvalid = found.length > 0;
    return html`<div class="input ${place.split(".").at(-1)!}">
      <label for=${place}>${label}</label>
      <input id=${place} type="text" spellcheck="false" .value=${value} aria-invalid=${isInvalid} aria-describedby=${isInvalid ? `${place}-problem` : nothing}
        @input=${(event: Event) => onInput((event.target as HTMLInputElement).value)} />
      ${isInvalid ? html`<p class="problem" id="${place}-problem" lang="en">${found.map(({ message }) => withQuotes(message)).join("; ")}</p>` : nothing}
    </div>`;
  }

  static override styles = [
    page,
    notes,
    panel,
    css`
      :host {
        container-type: inline-size;
        padding-bottom: 0;
      }
      form {
        display: grid;
        gap: 1.25rem;
        padding-bottom: 1rem;
      }
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: 0.4rem;
        padding: 0;
        font-size: 15px;
        font-weight: 600;
      }
      .entry {
        position: relative;
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 190px), 1fr));
        gap: 0.6rem 0.8rem;
        margin-bottom: 0.6rem;
        padding: 0.7rem 0.8rem 0.8rem;
        border: 1px solid var(--line);
        border-radius: var(--radius-small);
        background: var(--paper);
      }
      fieldset.entry {
        padding-inline-end: 3rem;
      }
      .remove {
        position: absolute;
        top: 0.4rem;
        inset-inline-end: 0.4rem;
        width: 32px;
        min-height: 32px;
        padding: 0;
      }
      .input {
        min-width: 0;
      }
      label {
        display: block;
        margin-bottom: 0.2rem;
        color: var(--ink-soft);
        font-size: 12.5px;
      }
      input[aria-invalid='true'] {
        border-color: var(--error);
      }
      .problem {
        margin-top: 0.2rem;
        color: var(--error);
        font-size: 12.5px;
        overflow-wrap: anywhere;
      }
      .bar {
        position: sticky;
        bottom: 0;
        z-index: 1;
        margin-inline: -1.5rem;
        padding: 0.7rem 1.5rem;
        border-top: 1px solid var(--line);
        background: var(--surface);
      }
      .state {
        min-height: 1.45em;
        color: var(--ink-soft);
        font-size: 13px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 0.5rem;
        margin-top: 0.3rem;
      }
      @media (max-width: 640px) {
        .bar {
          margin-inline: -1rem;
          padding-inline: 1rem;
        }
      }
    `,
  ];
}
