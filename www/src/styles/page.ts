/** The styles that every element of the page begins with. */
import { css } from "lit";
import { controls } from "tenure/elements";

export const page = [
  controls,
  css`
    /* The languages of the page run from left to right, also on a page that does not. */
    :is(p:not(.alert), h1, h2, h3, li, dt, code, .value):dir(rtl) {
      direction: ltr;
      text-align: right;
    }
    button span:dir(rtl) {
      direction: ltr;
      unicode-bidi: isolate;
    }
  `,
];
