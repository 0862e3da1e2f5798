/** A canvas at the resolution of the screen, drawn again when its size or the theme changes. */
import { type CSSResultGroup, css, html } from "lit";
import { query } from "lit/decorators.js";
import { PageElement } from "./page-element";

const system = matchMedia("(prefers-color-scheme: dark)");

export abstract class PlotCanvas extends PageElement {
  @query("canvas") private canvas!: HTMLCanvasElement;
  readonly #redraw = () => this.#draw();
  readonly #sizes = new ResizeObserver(this.#redraw);
  readonly #themes = new MutationObserver(this.#redraw);

  /** Draws on a cleared area of `width` × `height` CSS pixels. */
  protected abstract draw(context: CanvasRenderingContext2D, width: number, height: number): void;

  override connectedCallback() {
    super.connectedCallback();
    this.#sizes.observe(this);
    this.#themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    system.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.#themes.disconnect();
    system.removeEventListener("change", this.#redraw);
  }

  protected override updated() {
    this.#draw();
  }

  /** The current value of a colour token of the page. */
  protected colour(token: `--${string}`): string {
    // A token may be `light-dark()`, which only a real property resolves.
    this.canvas.style.color = `var(${token})`;
    return getComputedStyle(this.canvas).color;
  }

  #draw() {
    const { canvas } = this;
    if (!canvas) return;
    const { clientWidth: width, clientHeight: height } = canvas;
    const context = canvas.getContext("2d");
    if (!context || width === 0 || height === 0) return;
    const scale = devicePixelRatio;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.draw(context, width, height);
  }

  override render() {
    return html`<canvas aria-hidden="true"></canvas>`;
  }

  static override styles: CSSResultGroup = css`
    :host {
      position: relative;
      display: block;
      min-width: 0;
    }
    /* Canvases keep their colours, so the dots must not become the colour of text. */
    canvas {
      forced-color-adjust: none;
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
    }
  `;
}
