/**
 * A person's file, a part at a time.
 * Above: page-requests.ts. Below: the platform's Blob.
 * `Blob.stream()` has its next chunk ready whenever one is taken: a quick reader then never lets go of its thread, and calls of clients wait
 * until the file is over. Each part here is a task of its own, and others have their turn between two of them.
 */

/** 256 KiB: a part costs the same for few bytes, and is hashed and stored within a few milliseconds. */
export const FILE_PART_BYTES = 256 * 1024;

export function fileStream(file: Blob): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (at >= file.size) {
          controller.close();
          return;
        }
        const part = new Uint8Array(await readPart(file.slice(at, at + FILE_PART_BYTES)));
        at += part.length;
        controller.enqueue(part);
      },
    },
    { highWaterMark: 0 },
  );
}

async function readPart(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch (cause) {
    // A file that has been changed, moved or deleted since it was chosen is no longer the one that was.
    throw new Error("the file cannot be read any more: it was changed or moved; choose it again", { cause });
  }
}
