import { css } from "lit";

export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100dvh;
  }

  .skip {
    position: absolute;
    inset-inline-start: 0.5rem;
    top: -4rem;
    z-index: 20;
    background: var(--surface);
  }

  .skip:focus {
    top: 0.4375rem;
  }

  header {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    height: 3rem;
    padding: 0 1.25rem;
    border-bottom: 1px solid var(--border);
    background: var(--surface);
  }

  .brand {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    font-weight: 700;
    letter-spacing: -0.01em;
  }

  .brand svg {
    width: 1.375rem;
    height: 1.375rem;
    color: var(--accent);
  }

  header .awake {
    color: var(--muted);
    font-weight: 500;
  }

  header .keys {
    color: var(--muted);
    font-size: 0.8125rem;
    font-weight: 400;
  }

  /* Who has no keyboard needs no keys. */
  @media (hover: none), (max-width: 40rem) {
    header .keys {
      display: none;
    }
  }

  main {
    flex: 1 1 auto;
    min-width: 0;
  }

  .notices {
    display: flex;
    flex-direction: column;
    gap: 0.5rem;
    width: 100%;
    max-width: 100rem;
    margin: 0 auto;
    padding: 0 1.25rem;
  }

  .notice {
    display: flex;
    align-items: flex-start;
    gap: 0.625rem;
    margin-top: 0.75rem;
    padding: 0.5rem 0.5rem 0.5rem 0.875rem;
  }

  .notice p {
    flex: 1 1 auto;
    min-width: 0;
    padding: 0.1875rem 0;
    overflow-wrap: anywhere;
  }

  .notice > svg {
    margin-top: 0.375rem;
    color: var(--accent);
  }

  .notice.error {
    border-color: var(--error);
    background: var(--error-soft);
  }

  .notice.error > svg {
    color: var(--error);
  }

  .notice.warning {
    border-color: var(--warning);
    background: var(--warning-soft);
  }

  .notice.warning > svg {
    color: var(--warning);
  }

  .message {
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    max-width: 40rem;
    margin: 12vh auto 0;
    padding: 1.5rem;
  }

  .message .row {
    margin-top: 0.5rem;
  }

  .loading {
    margin: 20vh auto 0;
    color: var(--muted);
    text-align: center;
  }

  .dropping {
    position: fixed;
    inset: 0.75rem;
    z-index: 10;
    display: grid;
    place-items: center;
    border: 2px dashed var(--accent);
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--surface) 88%, transparent);
    font-size: 1.125rem;
    font-weight: 600;
    pointer-events: none;
  }

  @media (max-width: 40rem) {
    header,
    .notices {
      padding-inline: 0.75rem;
    }

    .message {
      margin: 1rem 0.75rem 0;
    }
  }
`;
