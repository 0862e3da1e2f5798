/** Looks of the customer table; which columns show follows the room that the table has. */
import { css, unsafeCSS } from "lit";
import { HEAD_HEIGHT, ROW_HEIGHT } from "./row-window";

export const tableStyles = css`
  :host {
    display: block;
    min-height: 0;
    container-type: inline-size;
  }
  [role='grid'] {
    --reason: minmax(170px, 2fr);
    height: 100%;
    overflow: hidden auto;
    background: var(--surface);
    overscroll-behavior: contain;
  }
  [role='grid']:focus-visible {
    outline-offset: -2px;
  }
  .line {
    --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1.1fr) 176px 104px var(--reason) repeat(4, minmax(88px, 1fr));
    display: grid;
    grid-template-columns: var(--columns);
    align-items: center;
    padding: 0 0.75rem;
  }
  .line > * {
    min-width: 0;
    padding: 0 0.5rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  [role='grid'].without-reasons {
    --reason: ;
  }
  .without-reasons .reason {
    display: none;
  }

  .head {
    position: sticky;
    top: 0;
    z-index: 1;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .head .line {
    height: ${unsafeCSS(HEAD_HEIGHT - 1)}px;
    font-size: 12.5px;
    color: var(--ink-soft);
  }
  .head button {
    max-width: 100%;
    min-height: 28px;
    margin-left: -0.4rem;
    padding: 0 0.4rem;
    font-weight: 400;
  }
  .head button span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .head :is([aria-sort='ascending'], [aria-sort='descending']) button {
    color: var(--ink);
    font-weight: 600;
  }
  .head .sorts {
    overflow: visible;
  }
  .head i {
    flex: none;
    width: 8px;
    height: 5px;
    background: currentColor;
    visibility: hidden;
    clip-path: polygon(0 0, 100% 0, 50% 100%);
  }
  .head i.ascending {
    visibility: visible;
    rotate: 180deg;
  }
  .head i.descending {
    visibility: visible;
  }

  .body {
    position: relative;
    height: var(--height);
    overflow: clip;
  }
  .row {
    position: absolute;
    inset: 0 0 auto;
    height: ${unsafeCSS(ROW_HEIGHT)}px;
    border-bottom: 1px solid var(--line);
    transform: translateY(var(--top));
    contain: strict;
    cursor: pointer;
  }
  .row:hover {
    background: var(--hover);
  }
  .row.selected {
    background: var(--selected);
    box-shadow: inset 3px 0 var(--accent);
  }
  [role='grid']:focus-visible .row.active {
    box-shadow: inset 0 0 0 2px var(--accent);
  }

  .rank {
    color: var(--ink-soft);
    text-align: right;
  }
  .customer {
    font-weight: 550;
  }
  .risk {
    display: flex;
    align-items: center;
    gap: 0.65rem;
  }
  .bar {
    flex: 1;
    height: 8px;
    border-radius: 4px;
    background: linear-gradient(var(--tier), var(--tier)) 0 0 / calc(var(--share) * 100%) 100% no-repeat var(--sunken);
  }
  .percent {
    flex: none;
    width: 4.1em;
    text-align: right;
    font-weight: 550;
  }
  .risk.unscored {
    color: var(--error);
  }
  .row .tier {
    display: flex;
    align-items: center;
    gap: 0.5em;
  }
  .reason b {
    display: inline-block;
    width: 1em;
    font-weight: 700;
  }
  .reason .up {
    color: var(--up);
  }
  .reason .down {
    color: var(--down);
  }
  .reason .label,
  .row .field {
    color: var(--ink-soft);
  }

  @container (max-width: 1240px) {
    .line {
      --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1.1fr) 176px 104px var(--reason) repeat(2, minmax(88px, 1fr));
    }
    .field-2,
    .field-3 {
      display: none;
    }
  }
  @container (max-width: 960px) {
    .line {
      --columns: calc(var(--rank) + 1.2rem) minmax(110px, 1fr) 160px 104px var(--reason);
    }
    .field {
      display: none;
    }
  }
  @container (max-width: 620px) {
    .line {
      --columns: calc(var(--rank) + 0.9rem) minmax(84px, 1.15fr) minmax(96px, 1fr) 88px;
      padding: 0 0.25rem;
    }
    .line > * {
      padding: 0 0.35rem;
    }
    .reason {
      display: none;
    }
    .risk {
      gap: 0.4rem;
    }
  }
  /* The mark says the tier; its name stays for screen readers. */
  @container (max-width: 356px) {
    .line {
      --columns: calc(var(--rank) + 0.9rem) minmax(84px, 1.15fr) minmax(96px, 1fr) 36px;
    }
    .tier span {
      position: absolute;
      clip-path: inset(50%);
    }
  }
`;
