/**
 * Bytes on their way to another worker.
 * Above: file-calls.ts, answer-file-request.ts. Below: nothing.
 */

/** The bytes with a buffer that has nothing else in it, and can be given away: their own, or else a copy. */
export function wholeBuffer(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes);
}
