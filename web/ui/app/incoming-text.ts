/**
 * Configurations that arrive by paste or drop, anywhere on the page; and files that nobody wants are not opened in its place.
 * Above: app.ts. Below: the platform's events.
 */

import type { ReactiveController, ReactiveControllerHost } from "lit";

export interface IncomingText {
  /** Whether the page takes configurations now. */
  wanted(): boolean;
  text(text: string, source: string): void;
  /** At least one. */
  files(files: readonly File[]): void;
}

/** Draws its host again when something is being dragged over the page. */
export class IncomingTextController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #incoming: IncomingText;
  #connection: AbortController | undefined;
  /** Something that could be dropped is over the page now. */
  dragging = false;

  constructor(host: ReactiveControllerHost, incoming: IncomingText) {
    this.#host = host;
    this.#incoming = incoming;
    host.addController(this);
  }

  hostConnected(): void {
    this.#connection = new AbortController();
    const { signal } = this.#connection;
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
    document.addEventListener("dragover", (event) => this.#dragOver(event), { signal });
    document.addEventListener("dragleave", (event) => this.#dragLeave(event), { signal });
    document.addEventListener("drop", (event) => this.#drop(event), { signal });
  }

  hostDisconnected(): void {
    this.#connection?.abort();
  }

  #paste(event: ClipboardEvent): void {
    if (!this.#incoming.wanted() || isTextField(event.composedPath()[0])) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length > 0) this.#incoming.files(files);
    else if (text.trim() !== "") this.#incoming.text(text, "the clipboard");
    else return;
    event.preventDefault();
  }

  #dragOver(event: DragEvent): void {
    if (event.dataTransfer === null || event.defaultPrevented) return;
    if (!this.#incoming.wanted()) {
      refuseFiles(event, event.dataTransfer);
      return;
    }
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#setDragging(true);
  }

  #dragLeave(event: DragEvent): void {
    // Only out of the window: between elements of the page there is no related target either way.
    if (event.relatedTarget === null) this.#setDragging(false);
  }

  #drop(event: DragEvent): void {
    this.#setDragging(false);
    if (event.dataTransfer === null || event.defaultPrevented) return;
    if (!this.#incoming.wanted()) {
      refuseFiles(event, event.dataTransfer);
      return;
    }
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    const text = event.dataTransfer.getData("text/plain");
    if (files.length > 0) this.#incoming.files(files);
    else if (text.trim() !== "") this.#incoming.text(text, "what was dropped");
  }

  #setDragging(dragging: boolean): void {
    if (this.dragging === dragging) return;
    this.dragging = dragging;
    this.#host.requestUpdate();
  }
}

/** A browser opens a dropped file in the place of the page, and the exporter would be gone. Text goes where it always does. */
function refuseFiles(event: DragEvent, dropped: DataTransfer): void {
  if (!dropped.types.includes("Files")) return;
  event.preventDefault();
  dropped.dropEffect = "none";
}

/** Keys and pastes there are the field's own. */
export function isTextField(target: EventTarget | null | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target.isContentEditable)
  );
}
