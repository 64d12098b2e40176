import { css } from "lit";

export const logPanelStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 0;
  }

  .bar {
    display: flex;
    flex-direction: column;
    gap: 0.5rem;
    padding: 0.625rem 0.75rem 0.625rem 1rem;
    border-bottom: 1px solid var(--border);
  }

  .bar .row {
    gap: 0.375rem;
  }

  select,
  input {
    min-height: 1.75rem;
    padding-block: 0;
    font-size: 0.8125rem;
  }

  select {
    flex: 1 1 8rem;
    min-width: 0;
    padding-inline: 0.375rem;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font-family: inherit;
  }

  input {
    flex: 1 1 8rem;
  }

  .hits {
    min-width: 4.5rem;
    text-align: end;
    font-variant-numeric: tabular-nums;
  }

  .hook {
    flex: 1 1 100%;
  }

  .lines {
    flex: 1 1 auto;
    min-height: 0;
    overflow: auto;
    padding: 0.375rem 0;
    font-family: var(--mono);
    font-size: 0.78125rem;
    line-height: 1.5;
    overscroll-behavior: contain;
  }

  .lines:focus-visible {
    outline-offset: -2px;
  }

  /* Only while thousands are there: what is skipped is missing in pictures and prints of the page. */
  .all .line {
    content-visibility: auto;
    contain-intrinsic-height: auto 1.2rem;
  }

  .line {
    display: block;
    padding: 0.0625rem 1rem 0.0625rem calc(1rem - 3px);
    border-inline-start: 3px solid transparent;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .time,
  .origin {
    color: var(--muted);
  }

  .DEBUG {
    color: var(--muted);
  }

  /* What a hook says: recognised from afar, by the bar, and by its name. */
  .beforeLease,
  .afterLease {
    border-inline-start-color: var(--accent);
  }

  .beforeLease .origin,
  .afterLease .origin {
    color: var(--accent);
    font-weight: 600;
  }

  .WARNING {
    background: var(--warning-soft);
  }

  .WARNING .severity {
    color: var(--warning);
  }

  .ERROR,
  .CRITICAL {
    background: var(--error-soft);
  }

  .ERROR .severity,
  .CRITICAL .severity {
    color: var(--error);
  }

  .severity {
    font-weight: 600;
  }

  mark {
    border-radius: 2px;
    background: var(--hit);
    color: var(--on-hit);
  }

  .line.current {
    outline: 2px solid var(--focus);
    outline-offset: -2px;
  }

  .empty {
    padding: 0.5rem 1rem;
    font-family: var(--font);
    color: var(--muted);
  }
`;
