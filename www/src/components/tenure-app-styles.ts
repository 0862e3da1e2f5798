/** The frame of the page: header, table with the panel beside it (or over it on a phone), footer. */
import { css } from "lit";

export const appStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: auto minmax(0, 1fr) auto;
    height: 100dvh;
  }

  header {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 56px;
    padding: 0 1.5rem;
    border-bottom: 1px solid var(--line);
    background: var(--surface);
  }
  .brand {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 36px;
    margin-right: 0.75rem;
    border-radius: var(--radius-small);
    color: var(--ink);
    font-size: 17px;
    font-weight: 680;
    letter-spacing: -0.02em;
    text-decoration: none;
  }
  .logo {
    width: 26px;
    height: 26px;
    fill: none;
    stroke: var(--accent);
    stroke-width: 3.4;
    stroke-linecap: round;
  }
  .logo circle {
    fill: var(--up-bar);
    stroke: none;
  }
  .space {
    flex: 1;
  }
  .model {
    flex: 0 1 auto;
    min-width: 0;
    color: var(--ink-soft);
  }
  .model span {
    overflow: hidden;
    text-overflow: ellipsis;
  }

  main {
    position: relative;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    grid-template-rows: minmax(0, 1fr);
    min-height: 0;
  }
  main.with-panel {
    grid-template-columns: minmax(350px, 31%) minmax(0, 1fr);
  }
  .fill {
    min-height: 0;
  }
  .overview {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr);
    min-width: 0;
    min-height: 0;
  }
  summary-strip {
    padding: 1.1rem 1.5rem 0.5rem;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.5rem 1.5rem 0.8rem;
  }
  .search {
    position: relative;
    flex: 0 1 340px;
    min-width: 0;
  }
  .search svg {
    position: absolute;
    top: 9px;
    left: 10px;
    color: var(--ink-soft);
    pointer-events: none;
  }
  .search input {
    padding-left: 34px;
  }
  .search input::placeholder {
    color: var(--ink-soft);
    opacity: 1;
  }
  .shown {
    color: var(--ink-soft);
  }
  .shown button {
    margin-left: 0.4em;
  }
  .drivers {
    margin-left: auto;
  }
  .stage {
    position: relative;
    min-height: 0;
    border-top: 1px solid var(--line);
  }
  customer-table {
    height: 100%;
  }
  .none {
    position: absolute;
    inset: 96px 0 auto;
    text-align: center;
    color: var(--ink-soft);
  }

  aside {
    display: grid;
    min-width: 0;
    min-height: 0;
    border-left: 1px solid var(--line);
  }
  aside > * {
    min-height: 0;
  }

  /* Beside an open customer the table is a list: its tools step back. */
  .with-panel summary-strip,
  .with-panel .export,
  .with-panel .drivers {
    display: none;
  }
  .with-panel .tools {
    flex-wrap: wrap;
    padding: 0.75rem 1rem;
  }
  .with-panel .search {
    flex: 1 1 100%;
  }

  footer {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.4rem 1.5rem calc(0.4rem + env(safe-area-inset-bottom));
    border-top: 1px solid var(--line);
    color: var(--ink-soft);
    font-size: 12.5px;
  }
  footer .icon {
    width: 15px;
    height: 15px;
  }

  .drop-here {
    position: fixed;
    inset: 0;
    z-index: 5;
    display: grid;
    place-items: center;
    background: color-mix(in srgb, var(--paper) 82%, transparent);
    outline: 2px dashed var(--accent);
    outline-offset: -14px;
    font-size: 20px;
    font-weight: 600;
    pointer-events: none;
  }
  .toast {
    position: fixed;
    inset: auto auto calc(1.25rem + env(safe-area-inset-bottom)) 50%;
    z-index: 6;
    display: flex;
    align-items: center;
    gap: 0.6rem;
    width: max-content;
    max-width: calc(100vw - 2rem);
    padding: 0.6rem 0.6rem 0.6rem 1rem;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: var(--shadow-high);
    translate: -50% 0;
  }

  @media (max-width: 900px) {
    main.with-panel {
      grid-template-columns: minmax(0, 1fr);
    }
    .with-panel summary-strip {
      display: flex;
    }
    .with-panel .export,
    .with-panel .drivers {
      display: inline-flex;
    }
    .with-panel .tools {
      flex-wrap: nowrap;
    }
    aside {
      position: fixed;
      inset: 0;
      z-index: 4;
      border: 0;
    }
  }

  @media (max-width: 640px) {
    header {
      min-height: 52px;
      padding: 0 0.75rem;
      gap: 0.25rem;
    }
    .brand {
      margin-right: 0;
    }
    .new span,
    .drivers span,
    .export span {
      position: absolute;
      clip-path: inset(50%);
    }
    .new,
    .drivers,
    .export {
      position: relative;
      overflow: hidden;
      width: 40px;
      padding: 0;
      flex: none;
    }
    summary-strip {
      padding: 0.75rem 0.9rem 0.25rem;
    }
    .tools,
    .with-panel .tools {
      padding: 0.4rem 0.9rem 0.6rem;
    }
    .search {
      flex: 1 1 auto;
    }
    .shown {
      flex: none;
      font-size: 12.5px;
    }
    .shown button {
      display: block;
      margin: 0;
    }
    footer {
      padding-inline: 0.9rem;
      font-size: 11.5px;
      line-height: 1.3;
    }
  }
`;
