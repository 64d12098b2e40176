/**
 * Files on their way while lines break and clients die: whole, or an error that says so.
 * Below: test.ts.
 */

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { STORAGE_BENCH } from "../support/benches.ts";
import { expect, test } from "./test.ts";

const MIB = 2 ** 20;

/** 40 s for 16 MiB, which take one, on a machine that is busy with everything else. */
const HALF_WITHIN_MS = 40_000;

test.use({ bench: STORAGE_BENCH });

test("R22 a file goes to the board and back under 20 cuts of the page's line, whole", async ({
  py,
  pageLink,
  folder,
}) => {
  const content = randomBytes(6 * MIB);
  await writeFile(`${folder}/image`, content);
  const cuts = pageLink.disturb({
    bytes: [64 * 1024, 512 * 1024],
    cuts: 20,
    kinds: ["reset", "end", "stall"],
  });
  await py("client.storage.flash(image)\nclient.storage.dump(image + '.back')\nresult = None", {
    args: { image: `${folder}/image` },
  });
  pageLink.calm();
  await cuts;
  expect((await readFile(`${folder}/image.back`)).equals(content)).toBe(true);
});

test("a client that is killed at half of its file changes nothing, and the next one flashes", async ({
  py,
  otherPython,
  relay,
  folder,
}) => {
  await writeFile(`${folder}/old`, "old");
  await writeFile(`${folder}/image`, randomBytes(32 * MIB));
  await py("client.storage.flash(old)\nresult = None", { args: { old: `${folder}/old` } });
  const client = otherPython.run(
    "raw",
    relay.endpoint,
    `
    from google.protobuf import json_format, struct_pb2
    storage = raw.uuids()["storage"]
    content = open(image, "rb").read()
    half = threading.Event()
    def frames():
        for at in range(0, len(content) // 2, 65536):
            yield router_pb.StreamRequest(payload=content[at:at + 65536])
        half.set()
        threading.Event().wait()
    request = json.dumps({"kind": "resource", "uuid": storage, "x_jmp_content_encoding": None})
    upload = router.Stream(frames(), metadata=[*key, ("request", request)])
    handle = json_format.ParseDict(json.loads(dict(upload.initial_metadata())["resource"]), struct_pb2.Value())
    call = exporter.DriverCall.future(
        pb.DriverCallRequest(uuid=storage, method="flash", args=[handle]), metadata=key)
    half.wait()
    raw.call(raw.uuids()["odd"], "release")
    open(image + ".half", "w").close()
    call.result()
    `,
    { args: { image: `${folder}/image` } },
  );
  const dead = expect(client).rejects.toThrow("SIGKILL");
  await expect
    .poll(() => existsSync(`${folder}/image.half`), {
      message: "half of the file has gone out",
      timeout: HALF_WITHIN_MS,
    })
    .toBe(true);
  otherPython.kill();
  await dead;
  // Its call ends with it, and leaves what was there.
  await expect
    .poll(async () => (await relay.health()).streams, { message: "streams of the client that is gone" })
    .toBe(0);
  await py(
    `
    client.storage.dump(image + ".old")
    client.storage.flash(old, target="again")
    result = None
    `,
    { args: { image: `${folder}/image`, old: `${folder}/old` } },
  );
  expect(await readFile(`${folder}/image.old`, "utf8")).toBe("old");
});

test("a browser without room says so, keeps what was there, and takes the next file that fits", async ({
  py,
  exporterPage,
  folder,
}) => {
  await writeFile(`${folder}/old`, "old");
  await writeFile(`${folder}/image`, randomBytes(16 * MIB));
  await py("client.storage.flash(old)\nresult = None", { args: { old: `${folder}/old` } });
  const { page } = exporterPage;
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", {
    origin: new URL(page.url()).origin,
    quotaSize: 4 * MIB,
  });
  const result = await py(
    `
    def innermost(error):
        return innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else str(error)
    try:
        client.storage.flash(image)
        result = "flashed"
    except Exception as error:
        result = innermost(error)
    client.storage.dump(old + ".back")
    client.storage.flash(old, target="again")
    `,
    { args: { old: `${folder}/old`, image: `${folder}/image` } },
  );
  expect(result).toMatch(/INTERNAL.*room/);
  expect(await readFile(`${folder}/old.back`, "utf8")).toBe("old");
});
