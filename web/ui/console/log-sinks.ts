/**
 * Where a log goes: a file that the person chooses, where the browser can write one, else memory and a download.
 * Above: console.ts. Below: the platform's file picker. Specification: https://wicg.github.io/file-system-access/#api-showsavefilepicker
 */

import type { LogSink } from "./log-writer.ts";

/** 64 MiB: an hour and a half of a full line at 115200 baud; more in memory would cost the page itself. */
export const LOG_MEMORY_BYTES = 64 * 1024 * 1024;

/** What TypeScript's library does not know yet. */
interface FilePicker {
  showSaveFilePicker(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}

export function hasFilePicker(scope: object): scope is FilePicker {
  return "showSaveFilePicker" in scope;
}

/** Needs a click. Undefined when the person has chosen none; rejects when the file cannot be written. */
export async function chooseFile(
  picker: FilePicker,
  name: string,
): Promise<{ readonly name: string; readonly sink: LogSink } | undefined> {
  let handle: FileSystemFileHandle;
  try {
    handle = await picker.showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    throw error;
  }
  return { name: handle.name, sink: await fileSink(handle) };
}

/** Browsers put what was written into the file when it is closed: `flush` closes it and goes on behind what is there. */
async function fileSink(handle: FileSystemFileHandle): Promise<LogSink> {
  let writable = await handle.createWritable();
  let size = 0;
  return {
    async write(bytes) {
      await writable.write(bytes);
      size += bytes.length;
    },
    async flush() {
      await writable.close();
      writable = await handle.createWritable({ keepExistingData: true });
      await writable.seek(size);
    },
    close: () => writable.close(),
  };
}

/** @param save Gives the person what was collected. */
export function memorySink(save: (content: Blob) => void, most = LOG_MEMORY_BYTES): LogSink {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  return {
    async write(bytes) {
      if (size + bytes.length > most) {
        throw new Error(
          `this browser keeps logs in memory, and ${most / 1024 / 1024} MiB are full: what is there can be saved, and another log begun`,
        );
      }
      parts.push(bytes);
      size += bytes.length;
    },
    async flush() {},
    async close() {
      save(new Blob(parts, { type: "text/plain" }));
    },
  };
}
