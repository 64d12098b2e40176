/**
 * How large one message may be, in either direction.
 * Above: services.ts, grpc-frames.ts. Specification: gRPC's default limit, which Jumpstarter's clients leave as it is.
 */

/** 4 MiB: what gRPC clients accept in one message, so what we accept and send. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
