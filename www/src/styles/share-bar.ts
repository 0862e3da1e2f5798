/**
 * A bar that shows a share, `--share` from 0 to 1, in the colour of a tier. Its fill is an element of
 * its own, so that it starts where the line of text does, and forced colours keep it.
 */
import { css } from "lit";
import { tierMarkStyles } from "tenure/elements";

export const shareBar = [
  tierMarkStyles,
  css`
    .bar {
      overflow: hidden;
      background: var(--sunken);
    }
    .bar::before {
      content: '';
      display: block;
      width: calc(var(--share) * 100%);
      height: 100%;
      border-radius: inherit;
      background: var(--tier, var(--accent));
    }
    @media (forced-colors: active) {
      .bar {
        border: 1px solid CanvasText;
      }
      .bar::before {
        forced-color-adjust: none;
        background: CanvasText;
      }
    }
    @media print {
      .bar,
      .bar::before {
        print-color-adjust: exact;
      }
    }
  `,
];
