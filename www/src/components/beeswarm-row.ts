/**
 * One field's row of the beeswarm plot: a dot for each customer, at its contribution, coloured by
 * the value's rank.
 */
import { customElement, property } from "lit/decorators.js";
import { swarm } from "../cohort/beeswarm";
import { ranks } from "../cohort/scales";
import { PlotCanvas } from "./plot-canvas";
import { Shades } from "./shades";

const RADIUS = 1.9;

@customElement("beeswarm-row")
export class BeeswarmRow extends PlotCanvas {
  @property({ attribute: false }) contributions = new Float32Array();
  /**
   * Numbers to colour the dots by, NaN for a customer without one; `undefined` gives all dots one
   * colour.
   */
  @property({ attribute: false }) values?: Float32Array | Float64Array | undefined;
  @property({ attribute: false }) low = 0;
  @property({ attribute: false }) high = 1;

  protected override draw(context: CanvasRenderingContext2D, width: number, height: number) {
    const { x, y } = swarm(this.contributions, this.low, this.high);
    const shades = new Shades(this.colour("--down-bar"), this.colour("--up-bar"), this.colour("--ink-soft"));
    const rank = this.values && ranks(this.values);
    const zero = (-this.low / (this.high - this.low || 1)) * width;
    context.fillStyle = this.colour("--line");
    context.fillRect(zero - 0.5, 0, 1, height);
    const reach = height / 2 - RADIUS - 1;
    context.globalAlpha = 0.8;
    for (let row = 0; row < x.length; row++) {
      if (Number.isNaN(x[row])) continue;
      context.fillStyle = rank ? shades.at(rank[row]!) : shades.none;
      context.beginPath();
      context.arc(RADIUS + x[row]! * (width - 2 * RADIUS), height / 2 - y[row]! * reach, RADIUS, 0, 2 * Math.PI);
      context.fill();
    }
  }
}
