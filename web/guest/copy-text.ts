/**
 * A text into the clipboard, also where a page has no clipboard of its own: one over plain HTTP from another machine.
 * Above: start.ts. Below: the browser's Clipboard, or the copying that it does for a selection.
 * Specification: https://w3c.github.io/clipboard-apis/; `execCommand` is old, and all browsers have it.
 */

export interface CopyPlatform {
  readonly document: Document;
  /** Undefined on a page that is not secure. */
  readonly clipboard: Pick<Clipboard, "writeText"> | undefined;
}

/** Needs a click. Rejects with a sentence. */
export async function copyText(text: string, { document, clipboard }: CopyPlatform): Promise<void> {
  if (clipboard !== undefined) return clipboard.writeText(text);
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  // Out of sight, and still something that can be selected.
  field.style.cssText = "position: fixed; inset: 0 auto auto -100vw";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error("this browser does not let the page copy.");
}
