import { css } from "lit";

export const consoleStyles = css`
  .frame {
    position: relative;
    display: flex;
    flex-direction: column;
    width: 100%;
    min-width: 0;
  }

  /* The whole window: a popover of the page's own, so that nothing on the page can cover it. */
  .frame[popover] {
    inset: 0;
    width: 100vw;
    max-width: none;
    height: 100dvh;
    max-height: none;
    margin: 0;
    padding: 0.75rem;
    border: 0;
    background: var(--surface);
    color: var(--text);
  }

  .frame[popover] .screen {
    flex: 1 1 auto;
    height: auto !important;
    min-height: 0;
    max-height: none;
    resize: none;
  }

  .bar {
    gap: 0.375rem;
    margin-bottom: 0.5rem;
  }

  .bar .icon {
    min-width: 1.75rem;
    padding-inline: 0.25rem;
  }

  .title {
    margin-inline-end: 0.25rem;
    font-weight: 600;
  }

  .screen {
    position: relative;
    height: 24.5rem;
    min-height: 8rem;
    max-height: 80dvh;
    padding: 0.5rem 0.25rem 0.5rem 0.625rem;
    overflow: hidden;
    resize: vertical;
    border-radius: var(--radius-small);
    background: var(--console);
    color: var(--console-text);
    font-family: var(--mono);
  }

  .screen:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
  }

  .terminal {
    display: flex;
    height: 100%;
    background: var(--console);
    color: var(--console-text);
    font-family: var(--mono);
  }

  /* Behind the bytes it still takes keys. */
  .hex .terminal {
    position: absolute;
    inset: 0.5rem 0.25rem 0.5rem 0.625rem;
    opacity: 0;
    height: auto;
  }

  .hex jumptab-hex-view {
    position: absolute;
    inset: 0.5rem 0.25rem 0.5rem 0.625rem;
    height: auto;
    background: var(--console);
  }

  .gutter {
    flex: none;
    margin-inline-end: 1ch;
    overflow: hidden;
    color: var(--console-muted);
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    text-align: end;
    white-space: pre;
    user-select: none;
  }

  .host {
    flex: 1 1 auto;
    min-width: 0;
    height: 100%;
  }

  .xterm {
    height: 100%;
  }

  .xterm-viewport {
    background-color: transparent !important;
  }

  /* The scroll bar stands beside the text, where room is left for it. */
  .xterm-scrollable-element {
    width: 100%;
  }

  .unseen {
    position: absolute;
    inset-inline-end: 1.25rem;
    bottom: 0.75rem;
    z-index: 10;
    box-shadow: 0 1px 6px #000a;
    font-family: var(--font);
  }

  .foot .line,
  .foot p {
    margin-top: 0.375rem;
  }

  .line {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.5rem;
    font-size: 0.8125rem;
  }

  .line progress {
    flex: 1 1 6rem;
    max-width: 16rem;
    accent-color: var(--accent);
  }

  .question {
    padding: 0.5rem 0.625rem;
    border: 1px solid var(--accent);
    border-radius: var(--radius-small);
    background: var(--accent-soft);
  }

  .menu {
    position: fixed;
    width: min(19rem, calc(100vw - 1.5rem));
    max-height: calc(100dvh - 1.5rem);
    margin: 0;
    padding: 0.75rem;
    overflow: auto;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--text);
    box-shadow: 0 6px 24px #0005;
    font-size: 0.8125rem;
  }

  .menu section + section {
    margin-top: 0.75rem;
    padding-top: 0.75rem;
    border-top: 1px solid var(--border);
  }

  .menu h4 {
    margin: 0 0 0.375rem;
    color: var(--muted);
    font-size: 0.8125rem;
    font-weight: 600;
  }

  .field,
  .flag {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 1.875rem;
  }

  .field {
    justify-content: space-between;
  }

  .field select,
  .field input {
    min-height: 1.75rem;
    max-width: 10.5rem;
    padding: 0.125rem 0.375rem;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }

  .field input {
    width: 5rem;
  }

  .flag input {
    min-height: 0;
    width: 1rem;
    height: 1rem;
    margin: 0;
    accent-color: var(--accent);
  }

  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.375rem;
    margin-top: 0.375rem;
  }

  @media (max-width: 40rem) {
    .bar .words {
      display: none;
    }
  }
`;
