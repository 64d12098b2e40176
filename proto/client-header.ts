/**
 * Who is calling, as the relay tells the exporter in the head of each request that goes into a tunnel.
 * Above: relay/ writes it, web/exporter/ reads it; both sides agree here and nowhere else. Specification: docs/tunnel-protocol.md, "Streams".
 */

/**
 * `<address> <connection>`, for example `192.168.7.20 1a`: the client's address as the relay counts by it (an IPv6 one as its
 * /64 network), a space, and the name of its TCP connection, which no other has while the relay runs. The relay alone
 * writes it; whatever a client sends under a name that begins with `x-jumptab-` does not get into a tunnel.
 */
export const CLIENT_HEADER = "x-jumptab-client";
