/**
 * Waits in a test for what a scripted bench has noted.
 * Above: tests of web/guest. Below: settle() of drivers/testing, turns of Node's own loop.
 */

import { settle } from "../../../drivers/testing/manual-clock.ts";

/** 10 s: a test has long failed by then, and says here what it was waiting for. */
const HAPPENS_WITHIN_MS = 10_000;

/** Until it is so; rejects with the words of the question when it never is. */
export async function happened(look: () => boolean): Promise<void> {
  const end = performance.now() + HAPPENS_WITHIN_MS;
  while (!look()) {
    if (performance.now() > end) throw new Error(`this has not happened: ${look}`);
    await settle();
  }
}
