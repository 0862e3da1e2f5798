/**
 * Sets custom properties of an element through the CSSOM, because the page's policy refuses `style`
 * attributes.
 */
import { noChange } from "lit";
import { Directive, directive, type ElementPart, type PartInfo, PartType } from "lit/directive.js";

type Variables = Record<`--${string}`, string | number>;

class CssVariables extends Directive {
  #last: Variables = {};

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("cssVariables must be used on an element, not in an attribute");
  }

  render(_variables: Variables) {
    return noChange;
  }

  override update(part: ElementPart, [variables]: [Variables]) {
    const { style } = part.element as HTMLElement;
    for (const [name, value] of Object.entries(variables)) {
      if (this.#last[name as `--${string}`] !== value) style.setProperty(name, String(value));
    }
    this.#last = variables;
    return noChange;
  }
}

export const cssVariables = directive(CssVariables);
