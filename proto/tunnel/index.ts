/**
 * The tunnel between a page and a relay. Specification: docs/tunnel-protocol.md.
 */

export { counter, type Dialled, DiallingEnd, type Position, resumes } from "./dialling-end.ts";
// What follows is for tools and tests that look at single frames.
export { decodeMessage, encodeMessage, Flag, type Frame, FrameType } from "./frame.ts";
export { decodeHello, encodeHello } from "./handshake.ts";
export { DEFAULT_TUNNEL_LIMITS, MAX_MESSAGE_BYTES, type TunnelLimits } from "./limits.ts";
export { TunnelProtocolError } from "./protocol-error.ts";
export { type LostOptions, Tunnel, type TunnelLink, type TunnelOptions } from "./tunnel.ts";
export {
  CloseCode,
  type ExporterIdentity,
  GrpcStatus,
  type HeaderList,
  type Hello,
  type RequestHead,
  type ResponseHead,
  StreamReset,
  type TunnelClosed,
  type TunnelRole,
  type TunnelStream,
  type TunnelTransport,
} from "./types.ts";
export { closeReason, TUNNEL_SUBPROTOCOL } from "./web-socket.ts";
