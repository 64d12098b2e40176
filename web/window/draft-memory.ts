/**
 * What is written in the editor and not saved, over a reload of the tab.
 * Above: bench-desk.ts reads it, web/ui/editor/ writes it. Below: TabMemory, as text.
 */

import type { Draft, MovedDriver } from "../ui/model.ts";

export function readDraft(text: string | undefined): Draft | undefined {
  if (text === undefined || text === "") return undefined;
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return undefined; // Of another version of the page: nobody can read it.
  }
  if (typeof kept !== "object" || kept === null) return undefined;
  const { benchId, yaml, original, moved } = kept as Partial<Record<keyof Draft, unknown>>;
  if (typeof yaml !== "string" || typeof original !== "string" || yaml === original) return undefined;
  return {
    benchId: typeof benchId === "string" ? benchId : undefined,
    yaml,
    original,
    note: "This was written before the page was loaded again, and is not saved yet.",
    ...(Array.isArray(moved) && { moved: moved.filter(isMoved) }),
  };
}

function isMoved(value: unknown): value is MovedDriver {
  if (typeof value !== "object" || value === null) return false;
  const { from, to } = value as Partial<Record<keyof MovedDriver, unknown>>;
  return [from, to].every(
    (path) => Array.isArray(path) && path.length > 0 && path.every((name) => typeof name === "string"),
  );
}
