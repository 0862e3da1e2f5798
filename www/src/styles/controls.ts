/**
 * Styles that several components share: buttons, inputs, focus, and text for screen readers only.
 */
import { css } from "lit";

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
    outline: 2px solid var(--accent);
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
    border: 1px solid var(--line);
    border-radius: var(--radius-small);
    background: var(--surface);
    font-weight: 500;
    white-space: nowrap;
    cursor: pointer;
    transition:
      background var(--quick),
      border-color var(--quick);
  }

  button:hover {
    background: var(--hover);
    border-color: var(--line-strong);
  }

  button:disabled {
    opacity: 0.55;
    cursor: default;
  }

  button.primary {
    background: var(--accent);
    border-color: transparent;
    color: var(--on-accent);
  }

  button.primary:hover {
    background: var(--accent-hover);
  }

  button.plain {
    border-color: transparent;
    background: none;
  }

  button.plain:hover {
    background: var(--hover);
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
    color: var(--accent);
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
    border: 1px solid var(--line-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
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
    margin-right: 0.4em;
    border-radius: 50%;
    background: var(--accent);
    vertical-align: 0.1em;
  }
`;
