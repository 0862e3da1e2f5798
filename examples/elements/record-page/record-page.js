/**
 * A component of a record page, as in Salesforce: its shadow root is closed, no style of the page
 * reaches into it, and the page sets `record` whenever another record is opened. The record has the
 * CRM's own names, and more than the model reads.
 */

import { load } from "tenure";
import "tenure/elements";

/** The names of the CRM by the names of the model. All others are the same. */
const NAMES = { Contract: "Contract__c", tenure: "Months__c" };

const styles = new CSSStyleSheet();
styles.replaceSync(`
  article { padding: 1rem; border: 1px solid #c9c9c9; border-radius: 4px; }
  tenure-score { --tenure-accent: #0176d3; --tenure-font: "Salesforce Sans", sans-serif; margin-block-end: 1rem; }
  tenure-reasons::part(force) { display: none; }
`);

// One scorer for the whole page. A scorer that is given explains in the page's idle time.
const scorer = load("../model.safetensors");

class ChurnCard extends HTMLElement {
  #score = document.createElement("tenure-score");
  #reasons = document.createElement("tenure-reasons");

  constructor() {
    super();
    const root = this.attachShadow({ mode: "closed" });
    root.adoptedStyleSheets = [styles];
    const article = document.createElement("article");
    article.append(this.#score, this.#reasons);
    root.append(article);
  }

  /** @param {object} record a row of the CRM */
  set record(record) {
    const customer = { ...record };
    for (const [ours, theirs] of Object.entries(NAMES)) customer[ours] = record[theirs];
    for (const element of [this.#score, this.#reasons]) element.record = customer;
  }

  async connectedCallback() {
    const loaded = await scorer;
    for (const element of [this.#score, this.#reasons]) element.scorer = loaded;
  }
}

customElements.define("churn-card", ChurnCard);

const { Contract, tenure, ...others } = await (await fetch("../customer.json")).json();
document.querySelector("churn-card").record = { Id: "0017590", ...others, Contract__c: Contract, Months__c: tenure };
