/**
 * Files that are larger than anything on the way may hold.
 * Below: test.ts.
 */

import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { PASSPHRASE } from "../fixtures.ts";
import { STORAGE_BENCH } from "../support/benches.ts";
import { expect, test } from "./test.ts";

const MIB = 2 ** 20;

const FILE_MIB = 256;

/** 64 MiB: the windows of all connections, and what a collector has not come to yet; a quarter of the file. */
const MAX_GROWTH_BYTES = 64 * MIB;

test.use({ bench: STORAGE_BENCH, passphrase: PASSPHRASE, startPage: true });

test(`${FILE_MIB} MiB are flashed and dumped whole, and the relay holds none of it @slow`, async ({
  py,
  relay,
  exporterPage,
  folder,
}) => {
  test.setTimeout(360_000);
  expect(exporterPage.page.url(), "the page is open").toContain(relay.url.split("#")[0]);
  const file = await open(`${folder}/image`, "w");
  const sum = createHash("sha256");
  const block = randomBytes(MIB);
  for (let number = 0; number < FILE_MIB; number += 1) {
    // No two blocks alike: one that is lost, doubled or out of its place changes the sum.
    block.writeUInt32LE(number);
    sum.update(block);
    await file.write(block);
  }
  await file.close();

  const before = await relay.residentBytes();
  let most = before;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      most = Math.max(most, await relay.residentBytes());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await py("client.storage.flash(image)\nclient.storage.dump(image + '.back')\nresult = None", {
    args: { image: `${folder}/image` },
    timeoutMs: 300_000,
  });
  watching = false;
  await watch;

  const back = createHash("sha256");
  await pipeline(createReadStream(`${folder}/image.back`), back);
  expect(back.digest("hex")).toBe(sum.digest("hex"));
  expect(most - before).toBeLessThan(MAX_GROWTH_BYTES);
});
