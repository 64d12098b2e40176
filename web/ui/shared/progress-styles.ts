/**
 * The look of a bar that says how far something is.
 * Above: session-state.ts, transfer-progress.ts. Below: the page's colours (tokens.css).
 */

import { css } from "lit";

export const progressStyles = css`
  progress {
    appearance: none;
    display: block;
    width: 100%;
    height: 0.375rem;
    margin-top: 0.5rem;
    border: none;
    border-radius: 1rem;
    overflow: hidden;
    background: var(--raised);
  }

  progress::-webkit-progress-bar {
    background: var(--raised);
  }

  progress::-webkit-progress-value {
    background: var(--accent);
  }

  progress::-moz-progress-bar {
    background: var(--accent);
  }

  /* Nobody knows the end: a bar that wanders. */
  progress:indeterminate {
    background: linear-gradient(90deg, transparent 0 35%, var(--accent) 35% 65%, transparent 65%) 0 / 200% 100%
      var(--raised);
    animation: wander 1.6s linear infinite;
  }

  progress:indeterminate::-webkit-progress-bar {
    background: transparent;
  }

  progress:indeterminate::-moz-progress-bar {
    background: transparent;
  }

  @keyframes wander {
    from {
      background-position: 100% 0;
    }

    to {
      background-position: -100% 0;
    }
  }
`;
