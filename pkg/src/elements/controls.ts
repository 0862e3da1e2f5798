/**
 * Styles that the elements share: text, buttons, inputs, focus, and text for screen readers only.
 * The page uses them too.
 */

import { css } from "lit";
import { theme } from "./theme.js";

export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  [hidden] {
    display: none !important;
  }

  :focus-visible {
    outline: 2px solid ${theme.accent};
    outline-offset: 2px;
  }

  h1,
  h2,
  h3,
  p,
  ol,
  ul,
  dl,
  dd,
  figure {
    margin: 0;
    padding: 0;
  }

  ol,
  ul {
    list-style: none;
  }

  button,
  input,
  select {
    font: inherit;
    color: inherit;
    font-variant-numeric: inherit;
  }

  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5em;
    min-height: 36px;
    padding: 0 0.9em;
    border: 1px solid ${theme.line};
    border-radius: ${theme.radiusSmall};
    background: ${theme.surface};
    font-weight: 500;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background ${theme.quick},
      border-color ${theme.quick};
  }

  button:hover {
    background: ${theme.hover};
    border-color: ${theme.lineStrong};
  }

  button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  button.primary {
    background: ${theme.accent};
    border-color: transparent;
    color: ${theme.onAccent};
  }

  button.primary:hover {
    background: ${theme.accentHover};
  }

  button.plain {
    border-color: transparent;
    background: none;
  }

  button.plain:hover {
    background: ${theme.hover};
  }

  button.icon {
    width: 36px;
    padding: 0;
  }

  button.link {
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    color: ${theme.accent};
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
  }

  button.link:hover {
    text-decoration-thickness: 2px;
  }

  input:not([type='checkbox'], [type='range']),
  select {
    min-height: 36px;
    width: 100%;
    padding: 0 0.7em;
    border: 1px solid ${theme.lineStrong};
    border-radius: ${theme.radiusSmall};
    background: ${theme.surface};
  }

  svg.icon {
    width: 18px;
    height: 18px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }

  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  /* A dot before each field that the reader changed, in the form and in the chart. */
  .changed :is(label, .name)::before {
    content: '';
    display: inline-block;
    width: 7px;
    height: 7px;
    margin-inline-end: 0.4em;
    border-radius: 50%;
    background: ${theme.accent};
    vertical-align: 0.1em;
  }

  /* The texts of the elements run from left to right, also on a page that does not. */
  :is(.words, .label, .text, .title, .sentence, .delta, .caption, .badge, .time, output, s, b, code):dir(rtl) {
    direction: ltr;
    unicode-bidi: isolate;
  }
  :is(h3, h4, label, .note, .title, .sentence):dir(rtl) {
    direction: ltr;
    text-align: right;
  }

  @media (forced-colors: active) {
    .changed :is(label, .name)::before {
      forced-color-adjust: none;
      background: Highlight;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      transition-duration: 0.01ms !important;
    }
  }
`;
