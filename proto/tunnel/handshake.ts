/**
 * HELLO: the first message of each side on each connection. It has no number and is never sent again.
 * Above: relay/ and web/tunnel/, which send one before they hand a connection to the tunnel. Below: heads.ts, frame.ts.
 * Specification: docs/tunnel-protocol.md, "Handshake".
 */

import { decodeMessage, encodeMessage, FrameType } from "./frame.ts";
import { encodeJson, parseHello } from "./heads.ts";
import { DEFAULT_TUNNEL_LIMITS, type TunnelLimits } from "./limits.ts";
import { TunnelProtocolError } from "./protocol-error.ts";
import type { Hello } from "./types.ts";

/** The message that introduces a side; its windows are those of the limits. */
export function encodeHello(
  hello: Omit<Hello, "v" | "windows">,
  limits: Partial<TunnelLimits> = {},
): Uint8Array<ArrayBuffer> {
  const { streamWindowBytes, connectionWindowBytes } = { ...DEFAULT_TUNNEL_LIMITS, ...limits };
  const windows = { stream: streamWindowBytes, connection: connectionWindowBytes };
  const payload = encodeJson({ v: 1, windows, ...hello });
  return encodeMessage([{ type: FrameType.hello, flags: 0, stream: 0, payload }]);
}

/**
 * The first message of a connection.
 *
 * @param role Who has to have sent it.
 * @throws TunnelProtocolError when it is not one HELLO of that side.
 */
export function decodeHello(message: Uint8Array, role: Hello["role"]): Hello {
  const [frame, second] = decodeMessage(message);
  if (frame?.type !== FrameType.hello || frame.stream !== 0) {
    throw new TunnelProtocolError("the first frame is not HELLO");
  }
  if (second !== undefined) throw new TunnelProtocolError("HELLO does not come in a message of its own");
  const hello = parseHello(frame.payload);
  if (hello.role !== role) throw new TunnelProtocolError(`both sides say that they are the ${hello.role}`);
  return hello;
}
