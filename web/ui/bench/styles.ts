import { css } from "lit";

export const benchStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 1rem minmax(16rem, var(--side, 28%));
    gap: 1rem 0;
    max-width: 112rem;
    margin: 0 auto;
    padding: 1rem 1.25rem 2rem;
  }

  :host([log-folded]) {
    grid-template-columns: minmax(0, 1fr);
  }

  .head {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }

  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-inline-start: auto;
  }

  .main,
  .sections {
    display: flex;
    flex-direction: column;
    gap: 1rem;
    min-width: 0;
  }

  .side {
    min-width: 0;
  }

  .side jumptab-panel:not([folded]) {
    position: sticky;
    /* Below the strip of transfers, while there is one: app.ts says how high it is. */
    top: calc(1rem + var(--strip, 0rem));
    grid-template-rows: minmax(0, 1fr);
    height: calc(100dvh - 8.5rem - var(--strip, 0rem));
    min-height: 20rem;
  }

  .side jumptab-log-panel {
    flex: 1 1 auto;
  }

  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.75rem 1rem;
  }

  .banner.error {
    border-color: var(--error);
    background: var(--error-soft);
  }

  .banner.changed {
    border-color: var(--accent);
    background: var(--accent-soft);
  }

  .banner p {
    flex: 1 1 18rem;
    overflow-wrap: anywhere;
  }

  .stopped {
    padding: 1.5rem 1.25rem;
    color: var(--muted);
    text-align: center;
  }

  .problems h2 {
    padding: 0.75rem 1rem 0.375rem;
  }

  @media (max-width: 68rem) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }

    jumptab-splitter {
      display: none;
    }

    .side jumptab-panel:not([folded]) {
      position: static;
      height: 18rem;
      min-height: 0;
    }
  }

  @media (max-width: 40rem) {
    :host {
      padding: 0.75rem 0.75rem 1.5rem;
    }

    .actions {
      margin-inline-start: 0;
      width: 100%;
    }
  }
`;
