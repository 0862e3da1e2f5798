/** Looks of the customer panel: one column, or the explanation and the form side by side where there is room. */
import { css } from "lit";

export const panelStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    overflow-y: auto;
    background: var(--surface);
    overscroll-behavior: contain;
  }
  header {
    position: sticky;
    top: 0;
    z-index: 2;
    padding: 1rem 1.5rem 0.9rem;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .who {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }
  nav {
    display: flex;
    margin-right: -0.5rem;
  }
  h2 {
    font-size: 17px;
    font-weight: 600;
    line-height: 1.3;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
  }
  h2:focus-visible {
    outline-offset: 4px;
  }
  .who p {
    color: var(--ink-soft);
    font-size: 12.5px;
  }

  .score {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.2rem 1rem;
    margin-top: 0.4rem;
  }
  .probability {
    font-size: 34px;
    font-weight: 650;
    line-height: 1.15;
    letter-spacing: -0.025em;
  }
  .probability s {
    margin-right: 0.3em;
    font-size: 20px;
    font-weight: 500;
    color: var(--ink-soft);
    text-decoration-thickness: 1px;
  }
  .tier {
    display: inline-flex;
    align-items: baseline;
    gap: 0.45em;
    font-size: 15px;
    font-weight: 600;
  }
  .caption {
    color: var(--ink-soft);
  }
  .delta {
    padding: 0.1em 0.6em;
    border-radius: 1em;
    background: var(--selected);
    font-weight: 600;
  }
  .unscored {
    display: flex;
    gap: 0.6em;
    margin-top: 0.7rem;
    padding: 0.6rem 0.8rem;
    border-radius: var(--radius-small);
    background: var(--error-paper);
    color: var(--error);
  }

  .columns {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 2rem;
    padding: 1.25rem 1.5rem 2rem;
  }
  @container (min-width: 780px) {
    .columns {
      grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr);
    }
  }
  section {
    min-width: 0;
  }
  h3 {
    font-size: 15px;
    font-weight: 600;
    letter-spacing: -0.005em;
  }
  .heading {
    display: flex;
    align-items: center;
    justify-content: space-between;
    min-height: 32px;
    margin-bottom: 0.6rem;
  }
  .reset {
    min-height: 32px;
  }
  .badge {
    margin-left: 0.6rem;
  }
  .language {
    width: auto;
    min-height: 32px;
    margin-left: auto;
    font-size: 13px;
  }
  .do {
    display: flex;
    flex-direction: column;
    gap: 2rem;
    min-width: 0;
  }
  .pairs {
    margin-top: 1rem;
  }
  .behind {
    color: var(--ink-soft);
    font-size: 12.5px;
    animation: appear 0s 200ms both;
  }
  @keyframes appear {
    from {
      visibility: hidden;
    }
  }
  .note {
    margin-top: 1rem;
  }
  @container (max-width: 480px) {
    header,
    .columns {
      padding-inline: 1rem;
    }
  }
`;
