import { css } from "lit";

export const welcomeStyles = css`
  :host {
    max-width: 68rem;
    margin: 0 auto;
    padding: 2rem 1.25rem 3rem;
  }

  .intro {
    max-width: 44rem;
    margin: 0.5rem 0 1.75rem;
    color: var(--muted);
    font-size: 1rem;
  }

  .ways {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr));
    gap: 1rem;
  }

  .way {
    display: flex;
    flex-direction: column;
    gap: 0.5rem;
    padding: 1.125rem 1.25rem 1.25rem;
  }

  .way .head {
    display: flex;
    align-items: center;
    gap: 0.625rem;
  }

  .way .head svg {
    width: 1.5rem;
    height: 1.5rem;
    color: var(--accent);
  }

  .way p {
    color: var(--muted);
  }

  .way .vias,
  .way .others {
    display: grid;
    gap: 0.625rem;
    margin-top: 0.5rem;
  }

  .way .vias li,
  .way .others li {
    display: grid;
    grid-template-columns: 7.75rem 1fr;
    gap: 0.625rem;
    align-items: center;
  }

  .vias button,
  .others button {
    white-space: nowrap;
  }

  .closed {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.5rem;
    padding: 0.5rem 0.625rem;
    border-radius: var(--radius-small);
    background: var(--raised);
  }

  .closed svg {
    margin-top: 0.15em;
  }

  summary {
    width: fit-content;
    cursor: pointer;
  }

  /* Whoever comes back finds the benches first; the ways in stand beside them where there is room. */
  .back {
    display: grid;
    gap: 2rem 1.5rem;
    align-items: start;
  }

  @media (min-width: 60rem) {
    .back {
      grid-template-columns: minmax(0, 1fr) 22rem;
    }

    .back .ways {
      grid-template-columns: 1fr;
    }
  }

  .way .row {
    gap: 0.25rem;
    margin-top: 0.5rem;
  }
`;
