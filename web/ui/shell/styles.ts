import { css } from "lit";

export const shellStyles = css`
  :host {
    padding: 0.75rem 1rem 1rem;
  }

  .head {
    margin-bottom: 0.375rem;
  }

  .screen {
    display: flex;
    flex-direction: column;
    height: 20rem;
    min-height: 8rem;
    max-height: 80dvh;
    margin-top: 0.625rem;
    overflow: hidden;
    resize: vertical;
    border-radius: var(--radius-small);
    background: var(--console);
    color: var(--console-text);
    font-family: var(--mono);
    font-size: 0.8125rem;
    line-height: 1.45;
  }

  .screen:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  /* The prompt follows what was said last, as in a terminal. */
  .output {
    flex: 0 1 auto;
    min-height: 0;
    overflow: auto;
    padding: 0.625rem 0.75rem 0;
    font: inherit;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    overscroll-behavior: contain;
  }

  .output:focus-visible {
    outline: 1px solid var(--console-text);
    outline-offset: -1px;
  }

  .command {
    color: var(--console-command);
    font-weight: 600;
  }

  .stderr {
    color: var(--console-error);
  }

  .remark {
    color: var(--console-muted);
    font-style: italic;
  }

  .prompt {
    display: flex;
    flex: none;
    align-items: baseline;
    gap: 0.5rem;
    padding: 0.375rem 0.75rem 0.5rem;
  }

  .prompt label {
    flex: none;
    max-width: 40%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--console-command);
    font-weight: 600;
  }

  .prompt input {
    flex: 1 1 auto;
    min-height: 1.5rem;
    padding: 0;
    border: none;
    border-radius: 0;
    outline: none;
    background: transparent;
    color: inherit;
    caret-color: var(--console-text);
  }

  .prompt input::placeholder {
    color: var(--console-muted);
  }

  .hint {
    margin-top: 0.375rem;
  }

  .failed {
    margin-top: 0.5rem;
  }
`;
