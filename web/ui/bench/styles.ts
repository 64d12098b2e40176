import { css } from "lit";

export const benchStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(19rem, 25rem);
    gap: 1rem;
    max-width: 100rem;
    margin: 0 auto;
    padding: 1rem 1.25rem 2rem;
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

  .main {
    display: flex;
    flex-direction: column;
    gap: 1rem;
    min-width: 0;
  }

  .side {
    position: sticky;
    /* Below the strip of transfers, while there is one: app.ts says how high it is. */
    top: calc(1rem + var(--strip, 0rem));
    display: flex;
    flex-direction: column;
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

  .group {
    display: flex;
    flex-direction: column;
    gap: 0.625rem;
  }

  .group > .title {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.625rem;
  }

  .group > .title svg {
    color: var(--muted);
  }

  .group .group .group {
    padding-inline-start: 1rem;
    border-inline-start: 2px solid var(--border);
  }

  .cards {
    display: flex;
    flex-wrap: wrap;
    align-items: flex-start;
    gap: 1rem;
  }

  .cards > * {
    flex: 1 1 21rem;
    min-width: min(17rem, 100%);
    max-width: 30rem;
  }

  .cards > .group {
    flex: 1 1 100%;
    max-width: none;
  }

  /* Wide enough for 80 columns beside a small card, where there is room. */
  .cards > jumptab-serial-card {
    flex: 100 1 38rem;
    max-width: none;
  }

  /* Room for a history in lines that one can read. */
  .cards > jumptab-file-card {
    flex: 2 1 24rem;
    max-width: none;
  }

  .problems h2 {
    padding: 0.75rem 1rem 0.375rem;
  }

  @media (max-width: 68rem) {
    :host {
      grid-template-columns: minmax(0, 1fr);
    }

    .side {
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
