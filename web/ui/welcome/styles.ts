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
    flex: 1 1 auto;
    color: var(--muted);
  }

  .way .row {
    gap: 0.25rem;
    margin-top: 0.5rem;
  }

  .saved {
    margin-top: 2.25rem;
  }

  .saved ul {
    margin-top: 0.625rem;
  }

  .saved li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 0.75rem;
    padding: 0.625rem 1rem;
  }

  .saved li + li {
    border-top: 1px solid var(--border);
  }

  .saved .name {
    font-weight: 600;
    overflow-wrap: anywhere;
  }

  .saved .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 0.75rem;
    align-items: center;
  }
`;
