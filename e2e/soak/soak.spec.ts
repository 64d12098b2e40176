/**
 * The soak with a bad line between page and relay. For half an hour: `npm run soak`.
 * Below: soak.ts, ../chaos/test.ts.
 */

import { expect, test } from "../chaos/test.ts";
import { COLLECTING } from "../support/relay-process.ts";
import { SOAK_SECONDS } from "./effort.ts";
import { SOAK_MARGIN_MS, soak } from "./soak.ts";

const MIB = 1024 * 1024;

test.use({ relayNode: COLLECTING });

test("streams and calls in a loop over a line that breaks neither stall nor grow relay or page @slow", async ({
  raw,
  relay,
  exporterPage,
  pageLink,
}) => {
  test.setTimeout(SOAK_SECONDS * 1000 + SOAK_MARGIN_MS);
  void pageLink.disturb({
    bytes: [MIB / 4, 8 * MIB],
    cuts: Number.POSITIVE_INFINITY,
    kinds: ["reset", "end", "stall", "trickle"],
  });
  const rounds = await soak({ raw, relay, exporterPage, seconds: SOAK_SECONDS });
  pageLink.calm();
  expect(rounds).toBeGreaterThan(SOAK_SECONDS);
  expect(pageLink.stats.cuts).toBeGreaterThan(0);
  expect(relay.log.match(/exporter attached/g), "how often the exporter was attached").toHaveLength(1);
});
