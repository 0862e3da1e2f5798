/**
 * Styles of a badge, which says how reliable a figure is, and of a note, which says what it means.
 */

import { css } from "lit";
import { theme } from "./theme.js";

export const notes = css`
  .badge {
    padding: 0.1em 0.7em;
    border: 1px solid ${theme.lineStrong};
    border-radius: 1em;
    font-size: 12px;
    font-weight: 600;
    color: ${theme.ink};
  }
  .badge.sampled {
    border-style: dashed;
  }
  .note {
    max-width: 62ch;
    color: ${theme.inkSoft};
    font-size: 13px;
    line-height: 1.55;
  }
`;
