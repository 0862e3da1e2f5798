/**
 * Switches between light and dark. If the choice equals the system's theme, it is deleted and the
 * system's applies again.
 */
import { html } from "lit";
import { customElement, state } from "lit/decorators.js";
import { page } from "../styles/page";
import { texts } from "../text/texts";
import { icon } from "./marks";
import { PageElement } from "./page-element";

type Theme = "light" | "dark";

/** Also read by public/theme.js, before the first paint. */
const KEY = "tenure-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

@customElement("theme-toggle")
export class ThemeToggle extends PageElement {
  @state() private theme: Theme = effective();
  readonly #follow = () => (this.theme = effective());

  override connectedCallback() {
    super.connectedCallback();
    system.addEventListener("change", this.#follow);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    system.removeEventListener("change", this.#follow);
  }

  #toggle() {
    const theme: Theme = this.theme === "dark" ? "light" : "dark";
    const isSystems = theme === (system.matches ? "dark" : "light");
    if (isSystems) delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    try {
      if (isSystems) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // The browser does not allow storage: the choice lasts until the page is closed.
    }
    this.theme = theme;
  }

  override render() {
    const { toLight, toDark } = texts();
    const label = this.theme === "dark" ? toLight : toDark;
    return html`<button class="plain icon" aria-label=${label} title=${label} @click=${this.#toggle}>
      ${icon(this.theme === "dark" ? "sun" : "moon")}
    </button>`;
  }

  static override styles = page;
}

function effective(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}
