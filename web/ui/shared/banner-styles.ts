/**
 * The look of a banner: how something stands, in its colour.
 * Above: session-state.ts, tunnel-state.ts. Below: the page's colours (styles.ts).
 */

import { css } from "lit";

export const bannerStyles = css`
  .banner {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    padding: 0.625rem 1rem;
    border: 1px solid var(--border);
    border-inline-start-width: 4px;
    border-radius: var(--radius);
    background: var(--surface);
  }

  .ok {
    border-inline-start-color: var(--ok);
  }

  .busy {
    border-inline-start-color: var(--accent);
  }

  .warning {
    border-color: var(--warning);
    background: var(--warning-soft);
  }

  .error {
    border-color: var(--error);
    background: var(--error-soft);
  }
`;
