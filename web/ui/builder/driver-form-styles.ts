import { css } from "lit";

export const driverFormStyles = css`
  :host {
    overflow: auto;
    padding: 0.75rem 0.875rem 1rem;
  }

  .type {
    margin-top: 0.125rem;
    overflow-wrap: anywhere;
  }

  .about {
    margin: 0.5rem 0 0;
  }

  .field {
    display: grid;
    gap: 0.1875rem;
    margin-top: 0.875rem;
  }

  label,
  .label {
    font-weight: 550;
    overflow-wrap: anywhere;
  }

  .field input,
  select {
    width: 100%;
  }

  select {
    min-height: 2.125rem;
    min-width: 0;
    padding: 0.25rem 0.5rem;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }

  [aria-invalid="true"] {
    border-color: var(--error);
  }

  .wrong {
    color: var(--error);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }

  .wrong.warning {
    color: var(--warning);
  }

  summary {
    cursor: pointer;
    margin-top: 1rem;
    font-weight: 550;
  }
`;
