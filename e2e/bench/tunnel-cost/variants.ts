/**
 * The tunnel twice in one process: as it is, and without what it does for a resume, with nothing else changed.
 * Above: main.ts. Below: proto/tunnel, loaded anew for each variant; no-replay.ts and no-ack.ts take the place of two of
 * its files. The product has no switch for it: nobody but this comparison wants a tunnel that loses bytes.
 *
 * Each variant has modules of its own, so that what the engine learns of one does not serve the other.
 */

import { registerHooks } from "node:module";

/** `resuming`: the tunnel as it is. `forgetful`: what was sent is forgotten at once, and nobody says ACK. */
export type Variant = "resuming" | "forgetful";

export type TunnelModule = typeof import("../../../proto/tunnel/index.ts");

const FOLDER = new URL("../../../proto/tunnel/", import.meta.url).href;

/** What the forgetful variant has in the place of a file of the tunnel. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  [`${FOLDER}replay-buffer.ts`, new URL("no-replay.ts", import.meta.url).href],
  [`${FOLDER}credit.ts`, new URL("no-ack.ts", import.meta.url).href],
]);

const QUERY = "?variant=";

/** Load one variant. */
export async function loadTunnel(variant: Variant): Promise<TunnelModule> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const found = nextResolve(specifier, context);
      // Files of this variant import files of this variant; everybody else's imports are left alone.
      if (!context.parentURL?.endsWith(QUERY + variant) || !found.url.startsWith(FOLDER)) return found;
      const instead = variant === "forgetful" ? INSTEAD.get(found.url) : undefined;
      return { ...found, url: instead ?? found.url + QUERY + variant };
    },
  });
  try {
    return (await import(`${FOLDER}index.ts${QUERY}${variant}`)) as TunnelModule;
  } finally {
    hooks.deregister();
  }
}
