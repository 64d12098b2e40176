import { css } from "lit";

export const guestStyles = css`
  .bench {
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

  .bench > .main {
    display: flex;
    flex-direction: column;
    gap: 1rem;
    min-width: 0;
  }

  .side {
    position: sticky;
    /* Below the strip of transfers, while there is one. */
    top: calc(1rem + var(--strip, 0rem));
    display: flex;
    flex-direction: column;
    gap: 1rem;
    height: calc(100dvh - 8.5rem - var(--strip, 0rem));
    min-height: 24rem;
    min-width: 0;
  }

  .people {
    flex: none;
    max-height: 50%;
    padding: 0.75rem 1rem 0.875rem;
    overflow-y: auto;
  }

  .people h2 {
    margin-bottom: 0.5rem;
  }

  .log {
    flex: 1 1 auto;
    display: flex;
    flex-direction: column;
    min-height: 0;
  }

  .log jumptab-log-panel {
    flex: 1 1 auto;
  }

  .banner {
    padding: 0.625rem 1rem;
    overflow-wrap: anywhere;
  }

  .banner.warning {
    border-color: var(--warning);
    background: var(--warning-soft);
  }

  .shell .hint {
    padding: 0 1rem 0.875rem;
  }

  .shell .hint code {
    color: var(--text);
  }

  @media (max-width: 68rem) {
    .bench {
      grid-template-columns: minmax(0, 1fr);
    }

    /* Who drives, and who asks to, is seen before the cards: whoever drives has to answer. */
    .side {
      display: contents;
    }

    .people {
      order: 1;
      max-height: none;
    }

    .bench > .main {
      order: 2;
    }

    .log {
      order: 3;
      height: 18rem;
    }
  }

  @media (max-width: 40rem) {
    .bench {
      padding: 0.75rem 0.75rem 1.5rem;
    }
  }
`;
