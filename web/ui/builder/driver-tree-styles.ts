import { css } from "lit";

export const driverTreeStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }

  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem;
    padding: 0.5rem;
    border-bottom: 1px solid var(--border);
  }

  .tools .add {
    flex: 1 0 100%;
  }

  .tools .icon {
    flex: 1 1 2rem;
    padding-inline: 0.25rem;
  }

  .list {
    flex: 1 1 auto;
    min-height: 0;
    overflow: auto;
    padding: 0.5rem;
  }

  ul ul {
    margin-inline-start: 0.625rem;
    padding-inline-start: 0.5rem;
    border-inline-start: 1px solid var(--border);
  }

  .driver {
    display: grid;
    grid-template-columns: 1fr max-content;
    justify-content: start;
    width: 100%;
    gap: 0 0.5rem;
    padding: 0.3125rem 0.5rem;
    border-color: transparent;
    background: transparent;
    line-height: 1.35;
    text-align: start;
  }

  .driver[aria-current="true"] {
    border-color: var(--accent);
    background: var(--accent-soft);
  }

  .driver:focus-visible {
    outline-offset: -1px;
  }

  .driver .name {
    overflow-wrap: anywhere;
  }

  .driver .kind {
    grid-column: 1 / -1;
    color: var(--muted);
    font-weight: 400;
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }

  .driver[aria-current="true"] .kind {
    color: var(--text);
  }

  .mark {
    display: inline-flex;
  }

  .mark.error {
    color: var(--error);
  }

  .mark.warning {
    color: var(--warning);
  }

  input {
    width: 100%;
    font-weight: 550;
  }

  .note {
    padding: 0.625rem 0.75rem;
    background: var(--warning-soft);
    color: var(--warning);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }
`;
