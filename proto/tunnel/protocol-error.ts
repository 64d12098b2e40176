/**
 * The peer broke the protocol: thrown by decoders, ends that tunnel (CloseCode.protocolError) and no other.
 * Above: tunnel.ts catches it. Below: nothing.
 */

export class TunnelProtocolError extends Error {
  override readonly name = "TunnelProtocolError";
}
