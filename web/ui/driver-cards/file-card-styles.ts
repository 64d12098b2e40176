import { css } from "lit";

export const fileCardStyles = css`
  .sides {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem;
    margin-bottom: 0.75rem;
  }

  .zone {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: center;
    gap: 0.375rem 0.75rem;
    min-height: 4.5rem;
    padding: 0.75rem;
    border: 1.5px dashed var(--border-strong);
    border-radius: var(--radius-small);
    color: var(--muted);
    text-align: center;
  }

  .zone.over {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent);
  }

  .zone.off {
    border-color: var(--border);
  }

  .staged,
  .fetching {
    display: flex;
    flex-direction: column;
    gap: 0.625rem;
    padding: 0.75rem;
    border: 1px solid var(--accent);
    border-radius: var(--radius-small);
    background: var(--raised);
  }

  .fetching {
    margin-top: 0.75rem;
    border-color: var(--border);
  }

  .file {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.125rem 0.625rem;
    overflow-wrap: anywhere;
  }

  .file strong {
    font-weight: 600;
  }

  label.check {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
  }

  label.check input {
    min-height: 0;
    width: 1rem;
    height: 1rem;
    margin: 0;
    accent-color: var(--accent);
  }

  .field {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.125rem;
  }

  .field label {
    font-size: 0.8125rem;
    font-weight: 550;
  }

  .field input {
    width: 100%;
    max-width: 18rem;
    font-family: var(--mono);
    font-size: 0.875rem;
  }

  .tools {
    margin-top: 0.75rem;
  }

  .refused {
    margin-top: 0.5rem;
  }

  .answer {
    display: flex;
    align-items: flex-start;
    gap: 0.5rem;
    margin-top: 0.75rem;
    padding: 0.5rem 0.75rem;
    border-radius: var(--radius-small);
    background: var(--raised);
  }

  .answer dl,
  .answer pre {
    flex: 1 1 auto;
    min-width: 0;
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  .answer dl {
    display: grid;
    grid-template-columns: fit-content(40%) minmax(0, 1fr);
    gap: 0.125rem 0.875rem;
  }

  .answer dt,
  .facts {
    color: var(--muted);
  }

  .facts {
    display: flex;
    flex-wrap: wrap;
    gap: 0.125rem 1rem;
    margin-bottom: 0.75rem;
    overflow-wrap: anywhere;
  }

  jumptab-transfer-progress + jumptab-transfer-progress {
    margin-top: 0.75rem;
  }

  jumptab-transfer-history {
    margin-top: 0.875rem;
  }
`;
