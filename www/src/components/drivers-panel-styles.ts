/** Looks of the drivers panel: one row a field, its name and importance beside its dots. */
import { css } from "lit";

export const driversStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    overflow-y: auto;
    padding: 1rem 1.5rem 2rem;
    background: var(--surface);
    overscroll-behavior: contain;
  }
  header {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
  }
  h2 {
    font-size: 17px;
    font-weight: 600;
    letter-spacing: -0.01em;
  }
  h3 {
    font-size: 15px;
    font-weight: 600;
  }
  .device {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem;
    margin-top: 0.4rem;
    font-size: 13px;
    color: var(--ink-soft);
  }
  .device select {
    width: auto;
    min-height: 32px;
    color: var(--ink);
  }
  .facts {
    max-width: 68ch;
    margin-block: 0.4rem 0.8rem;
    color: var(--ink-soft);
    font-size: 13px;
  }
  .waiting {
    display: grid;
    grid-template-columns: 1fr auto auto;
    gap: 0.5rem 1rem;
    align-items: center;
    margin-top: 1rem;
  }
  .waiting label {
    grid-column: 1 / -1;
  }
  progress {
    width: 100%;
    accent-color: var(--accent);
  }
  .failure {
    display: flex;
    gap: 0.6em;
    margin-top: 0.7rem;
    padding: 0.6rem 0.8rem;
    border-radius: var(--radius-small);
    background: var(--error-paper);
    color: var(--error);
  }
  .key {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 0.5rem;
    font-size: 12px;
    color: var(--ink-soft);
  }
  .key i {
    width: 90px;
    height: 8px;
    border-radius: 4px;
    background: linear-gradient(to right in oklab, var(--down-bar), var(--up-bar));
  }
  li,
  .axis {
    display: grid;
    grid-template-columns: minmax(150px, 34%) 1fr;
    column-gap: 0.9rem;
  }
  li {
    border-bottom: 1px solid var(--line);
  }
  beeswarm-row {
    height: 44px;
  }
  .field {
    justify-content: space-between;
    height: 44px;
    padding: 0 0.4rem;
    white-space: normal;
    text-align: left;
    line-height: 1.2;
  }
  .field[aria-expanded='true'] {
    background: var(--selected);
  }
  .mean {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    flex: none;
    color: var(--ink-soft);
    font-size: 12.5px;
  }
  .mean i {
    width: calc(var(--share) * 40px);
    height: 6px;
    border-radius: 3px;
    background: var(--accent);
  }
  .axis {
    margin: 0.3rem 0 0.8rem;
    font-size: 12px;
    color: var(--ink-soft);
    text-align: center;
  }
  section {
    margin-top: 1.5rem;
  }
  dependence-plot {
    height: 300px;
    max-width: 720px;
  }
  table {
    margin: 0.75rem 0;
    border-collapse: collapse;
    font-size: 13px;
  }
  th,
  td {
    padding: 0.35rem 1.5rem 0.35rem 0;
    border-bottom: 1px solid var(--line);
    text-align: left;
    font-weight: 400;
  }
  thead th {
    color: var(--ink-soft);
    font-size: 12.5px;
  }
  @container (max-width: 420px) {
    li,
    .axis {
      grid-template-columns: minmax(120px, 44%) 1fr;
      column-gap: 0.4rem;
    }
  }
  @media (max-width: 640px) {
    :host {
      padding-inline: 1rem;
    }
  }
`;
