/** Looks of the form: a grid of fields, sliders and switches, and what changed. */
import { css } from "lit";

export const fieldFormStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  h3 {
    margin: 1.4rem 0 0.6rem;
    font-size: 12.5px;
    font-weight: 600;
    color: var(--ink-soft);
  }
  h3:first-child {
    margin-top: 0;
  }
  .group {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 168px), 1fr));
    gap: 0.85rem 1.1rem;
    align-items: start;
  }
  label {
    display: block;
    margin-bottom: 0.25rem;
    font-size: 12.5px;
    color: var(--ink-soft);
  }
  .changed :is(select, input:not([type='range'], [type='checkbox'])) {
    border-color: var(--accent);
    box-shadow: 0 0 0 1px var(--accent);
  }
  :is(.number, .date) [aria-invalid='true'] {
    border-color: var(--error);
    box-shadow: 0 0 0 1px var(--error);
  }

  .date input {
    width: 100%;
  }
  div.number {
    display: grid;
    gap: 0.15rem;
  }
  .field:is(.number) {
    display: block;
  }
  input[type='range'] {
    width: 100%;
    height: 24px;
    margin: 0;
    accent-color: var(--accent);
    cursor: pointer;
  }

  .switch {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    min-height: 36px;
  }
  input[type='checkbox'] {
    appearance: none;
    position: relative;
    flex: none;
    width: 40px;
    height: 24px;
    margin: 0;
    border: 1px solid var(--line-strong);
    border-radius: 12px;
    background: var(--sunken);
    cursor: pointer;
    transition: background var(--quick);
  }
  input[type='checkbox']::after {
    content: '';
    position: absolute;
    top: 3px;
    left: 3px;
    width: 16px;
    height: 16px;
    border-radius: 50%;
    background: var(--line-strong);
    transition:
      translate var(--quick),
      background var(--quick);
  }
  input[type='checkbox']:checked {
    background: var(--accent);
    border-color: var(--accent);
  }
  input[type='checkbox']:checked::after {
    translate: 16px 0;
    background: var(--on-accent);
  }
  input[type='checkbox']:indeterminate::after {
    translate: 8px 0;
  }

  .note,
  .was {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.1rem 0.6rem;
    margin-top: 0.3rem;
    font-size: 12.5px;
    color: var(--ink-soft);
  }
  .note {
    flex-wrap: nowrap;
    align-items: flex-start;
    color: var(--warn);
  }
  .field:has([aria-invalid='true']) .note {
    color: var(--error);
  }
  .note svg.icon {
    width: 15px;
    height: 15px;
    margin-top: 1px;
  }
  .was b {
    font-weight: 550;
    color: var(--ink);
  }
  .effect {
    font-weight: 550;
    color: var(--ink);
  }
`;
