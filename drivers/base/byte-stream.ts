/**
 * Bytes both ways, as a driver's exported stream hands them out.
 * Above: web/exporter moves them to and from a client. Below: the WHATWG streams of the platform.
 * Specification: https://streams.spec.whatwg.org/
 */

/**
 * A pair of streams between one client and a driver.
 *
 * - `readable` is what the device says. Its end is the device's end of stream; the chunks' boundaries are kept.
 *   Cancelling it means that the client no longer listens.
 * - `writable` is what the client says. Closing it is a half-close: the client has no more to say and still listens.
 *   Every chunk that `write` took is delivered to the device before `close` resolves, also when the client has gone.
 *   It is never aborted by the exporter.
 *
 * The driver lets go of the device when both sides are done. A client that is gone is told by `CallOptions.signal` and
 * by the cancelled `readable`; a `write` that the device never takes is the driver's to give up then, within seconds.
 *
 * Chunks are never empty, may be views into larger buffers, and belong to the receiver.
 */
export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}
