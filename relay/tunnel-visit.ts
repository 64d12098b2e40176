/**
 * What one WebSocket takes of what its address may have: a place as a tunnel, and until HELLO one as a stranger.
 * Above: tunnel-endpoint.ts. Below: address-limits.ts. Knows no sockets.
 */

import type { AddressLimits } from "./address-limits.ts";

export interface TunnelVisit {
  /** Why it may not stay; it has taken no place then. */
  readonly refusal: string | undefined;
  /** HELLO has come. */
  greeted(): void;
  /** The WebSocket is closed. */
  gone(): void;
}

export function visitTunnel(
  { tunnels, ungreeted }: Pick<AddressLimits, "tunnels" | "ungreeted">,
  address: string,
): TunnelVisit {
  const leave = tunnels.enter(address);
  if (leave === undefined) {
    return refused(
      `your address has ${tunnels.max} connections of pages, which is all it may have: close some`,
    );
  }
  const greeted = ungreeted.enter(address);
  if (greeted === undefined) {
    leave();
    return refused(`${ungreeted.max} pages of your address are connecting at once: try again in a moment`);
  }
  return {
    refusal: undefined,
    greeted,
    gone() {
      greeted();
      leave();
    },
  };
}

function refused(refusal: string): TunnelVisit {
  return { refusal, greeted: () => undefined, gone: () => undefined };
}
