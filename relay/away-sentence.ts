/**
 * What a client is told that finds no page: the one line that people read at the end of `jmp shell` and `j`. Pure.
 * Above: gateway.ts. Below: nothing.
 */

import type { Departed } from "./exporters.ts";

export interface AwayOptions {
  /** Where a person opens the page. */
  readonly pageAddress: string;
  /** `run`: the configuration whose exporter the relay starts itself; nobody opens a page then. */
  readonly unattendedFile: string | undefined;
  /** `--unsafe-no-auth`: nobody has a passphrase, and no sentence speaks of one. */
  readonly noAuth: boolean;
}

/**
 * @param departed The exporter that was here, if one was.
 * @param waitedMs For how long the call has waited for it.
 */
export function awaySentence(
  departed: Departed | undefined,
  { pageAddress, unattendedFile, noAuth }: AwayOptions,
  waitedMs?: number,
): string {
  if (departed === undefined) {
    return unattendedFile === undefined
      ? `no page attached to this relay: open ${pageAddress} in a browser and press Start`
      : `no page attached to this relay: the exporter of ${unattendedFile} has not started, see the relay's log`;
  }
  if (departed.kept === true) {
    const since = `its page has lost its connection at ${timeOf(departed.at)} UTC`;
    return `exporter "${departed.name}" is away: ${since} and may be back within half a minute; try again`;
  }
  const waited = waitedMs === undefined ? "" : `, it did not come back within ${waitedMs / 1000} s`;
  const until = `exporter "${departed.name}" was here until ${timeOf(departed.at)} UTC${waited}`;
  if (unattendedFile !== undefined) {
    return `no page attached to this relay: ${until}; the relay starts it again, see the relay's log`;
  }
  const where = noAuth ? "to this relay" : "for this passphrase";
  return `no page attached ${where}: ${until}; open its page again at ${pageAddress}`;
}

/** `12:34:56` */
function timeOf(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
