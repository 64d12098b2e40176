import { css } from "lit";

export const editorStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    gap: 0.75rem;
    max-width: 110rem;
    height: calc(100dvh - 3.5rem);
    min-height: 34rem;
    margin: 0 auto;
    padding: 0.875rem 1.25rem 1.25rem;
  }

  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
  }

  .buttons {
    display: flex;
    gap: 0.5rem;
    margin-inline-start: auto;
  }

  .panels {
    display: none;
    gap: 0.25rem;
  }

  .panels button {
    flex: 1 1 0;
  }

  .columns {
    display: grid;
    flex: 1 1 20rem;
    min-height: 0;
    grid-template-columns: minmax(13rem, 17rem) minmax(15rem, 22rem) minmax(20rem, 1fr);
    gap: 0.75rem;
  }

  .columns > section {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
    overflow: hidden;
  }

  .columns > section > * {
    flex: 1 1 auto;
    min-height: 0;
  }

  .text:focus-within {
    outline: 2px solid var(--focus);
    outline-offset: 1px;
  }

  .text > p {
    padding: 1rem;
  }

  textarea {
    width: 100%;
    height: 100%;
    padding: 0.75rem;
    border: 0;
    resize: none;
    background: var(--surface);
    color: var(--text);
    font: 0.875rem/1.55 var(--mono);
  }

  .refused {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.375rem 0.375rem 0.375rem 0.75rem;
    border-radius: var(--radius-small);
    background: var(--warning-soft);
    color: var(--warning);
    overflow-wrap: anywhere;
  }

  .columns > section > .no-catalogue {
    flex: 0 0 auto;
    display: grid;
    gap: 0.5rem;
    justify-items: start;
    padding: 0.75rem;
    border-top: 1px solid var(--border);
    font-size: 0.875rem;
  }

  .problems {
    flex: 0 1 auto;
    min-height: 2.75rem;
    max-height: 28%;
    overflow: auto;
  }

  .problems h2 {
    padding: 0.5rem 0.875rem;
  }

  @media (max-width: 68rem) {
    .columns {
      grid-template-columns: minmax(15rem, 20rem) minmax(18rem, 1fr);
      grid-template-rows: minmax(0, 1fr) minmax(0, 1fr);
    }

    .text {
      grid-area: 1 / 2 / 3 / 3;
    }
  }

  @media (max-width: 44rem) {
    :host {
      padding: 0.75rem;
    }

    .panels {
      display: flex;
    }

    .columns {
      grid-template-columns: minmax(0, 1fr);
      grid-template-rows: minmax(0, 1fr);
    }

    .columns > section:not(.shown) {
      display: none;
    }

    .text {
      grid-area: auto;
    }
  }
`;
