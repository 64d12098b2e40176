/**
 * Styles that more than one element needs: buttons, chips, code, headings, focus.
 * Above: every element's own styles. Below: the names in tokens.css, which cross shadow roots.
 */

import { css } from "lit";

export const sharedStyles = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }

  :host {
    display: block;
    min-width: 0;
  }

  :host([hidden]),
  [hidden] {
    display: none !important;
  }

  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  pre {
    margin: 0;
    padding: 0;
  }

  ul,
  ol {
    list-style: none;
  }

  h1 {
    font-size: 1.375rem;
    line-height: 1.25;
    font-weight: 650;
    letter-spacing: -0.01em;
  }

  h2 {
    font-size: 1rem;
    line-height: 1.4;
    font-weight: 650;
  }

  h3 {
    font-size: 0.9375rem;
    line-height: 1.4;
    font-weight: 650;
  }

  a {
    color: var(--accent);
  }

  code,
  kbd,
  .mono {
    font-family: var(--mono);
    font-size: 0.875em;
  }

  /* Names come from configurations, at any length. */
  code,
  .chip {
    min-width: 0;
    max-width: 100%;
    overflow-wrap: anywhere;
  }

  h1,
  h2,
  h3 {
    min-width: 0;
    overflow-wrap: anywhere;
  }

  kbd {
    padding: 0 0.35em;
    border: 1px solid var(--border);
    border-bottom-width: 2px;
    border-radius: var(--radius-small);
    background: var(--raised);
  }

  :focus-visible {
    outline: 2px solid var(--focus);
    outline-offset: 2px;
    border-radius: var(--radius-small);
  }

  .ringless:focus {
    outline: none;
  }

  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.4em;
    min-height: 2.125rem;
    padding: 0.25rem 0.75rem;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
    font-weight: 550;
    line-height: 1.2;
    cursor: pointer;
    transition: background-color 120ms;
  }

  button:hover:not(:disabled) {
    background: var(--raised);
  }

  button:disabled {
    color: var(--muted);
    border-color: var(--border);
    cursor: default;
  }

  button.primary {
    border-color: transparent;
    background: var(--accent);
    color: var(--on-accent);
  }

  button.primary:hover:not(:disabled) {
    background: var(--accent-hover);
  }

  button.primary:disabled {
    background: var(--raised);
    color: var(--muted);
    border-color: var(--border);
  }

  button.danger:not(:disabled) {
    color: var(--error);
    border-color: currentcolor;
  }

  button.quiet {
    border-color: transparent;
    background: transparent;
  }

  button.quiet:hover:not(:disabled) {
    background: var(--raised);
  }

  button.small {
    min-height: 1.75rem;
    padding: 0.125rem 0.5rem;
    font-size: 0.8125rem;
  }

  button[aria-pressed="true"] {
    background: var(--accent-soft);
    border-color: var(--accent);
    color: var(--accent);
  }

  input {
    min-height: 2.125rem;
    min-width: 0;
    padding: 0.25rem 0.5rem;
    border: 1px solid var(--border-strong);
    border-radius: var(--radius-small);
    background: var(--surface);
    color: var(--text);
    font: inherit;
  }

  input::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  svg {
    flex: none;
    width: 1.125em;
    height: 1.125em;
  }

  .card {
    border: 1px solid var(--border);
    border-radius: var(--radius);
    background: var(--surface);
    box-shadow: 0 1px 2px var(--shadow);
  }

  .chip {
    display: inline-flex;
    align-items: center;
    gap: 0.35em;
    padding: 0.0625rem 0.5rem;
    border-radius: 0.75rem;
    background: var(--raised);
    color: var(--muted);
    font-size: 0.8125rem;
  }

  .chip.ok {
    background: var(--ok-soft);
    color: var(--ok);
  }

  .chip.busy,
  .chip.in-use {
    background: var(--accent-soft);
    color: var(--accent);
  }

  .chip.warning {
    background: var(--warning-soft);
    color: var(--warning);
  }

  .chip.error {
    background: var(--error-soft);
    color: var(--error);
  }

  .muted {
    color: var(--muted);
  }

  .small {
    font-size: 0.8125rem;
  }

  .failed {
    color: var(--error);
  }

  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
  }

  .grow {
    flex: 1 1 auto;
    min-width: 0;
  }

  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
