/** An element of the page. It shows the texts of the page's language, and renders again when that changes. */
import { LitElement } from "lit";
import { followLanguage } from "../text/language";

export class PageElement extends LitElement {
  #unfollow = () => {};

  override connectedCallback() {
    super.connectedCallback();
    this.#unfollow = followLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#unfollow();
  }
}
