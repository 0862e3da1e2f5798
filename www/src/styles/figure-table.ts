/** Tables in a panel. */
import { css } from "lit";

export const figureTable = css`
  table {
    margin: 0.25rem 0 0.75rem;
    border-collapse: collapse;
    font-size: 13px;
  }
  th,
  td {
    padding-block: 0.35rem;
    padding-inline-end: 1.5rem;
    border-bottom: 1px solid var(--line);
    text-align: start;
    vertical-align: baseline;
    font-weight: 400;
  }
  :is(th, td):last-child {
    padding-inline-end: 0;
  }
  thead th {
    color: var(--ink-soft);
    font-size: 12.5px;
  }
  .number {
    text-align: end;
  }
`;
