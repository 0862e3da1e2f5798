/** Styles of the panels beside the table: their frame, their headings, soft lines, and the box of an error. */
import { css } from "lit";

export const panel = css`
  :host {
    display: block;
    padding: 1rem 1.5rem 2rem;
    overflow-y: auto;
    background: var(--surface);
    overscroll-behavior: contain;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
  }
  h2 {
    font-size: 17px;
    font-weight: 600;
    line-height: 1.3;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  h3 {
    font-size: 15px;
    font-weight: 600;
    letter-spacing: -0.005em;
  }
  .facts {
    max-width: 68ch;
    margin-block: 0.4rem 0.8rem;
    color: var(--ink-soft);
    font-size: 13px;
  }
  .alert {
    display: flex;
    gap: 0.6em;
    margin-top: 0.7rem;
    padding: 0.6rem 0.8rem;
    border-radius: var(--radius-small);
    background: var(--error-paper);
    color: var(--error);
  }
  @media (max-width: 640px) {
    :host {
      padding-inline: 1rem;
    }
  }
  @media print {
    :host {
      overflow: visible;
    }
    .head :is(button, nav) {
      display: none;
    }
  }
`;
