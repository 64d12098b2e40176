/**
 * Conformance R: files that go with calls.
 * Below: test.ts. The drivers are those of Jumpstarter's own tests (mocks of flashers and muxes, Opendal), over files in the browser.
 */

import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib";
import { STORAGE_BENCH } from "../support/benches.ts";
import { startWebServer } from "../support/web-server.ts";
import { expect, test } from "./test.ts";

test.use({ bench: STORAGE_BENCH });

const MIB = 2 ** 20;

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

test("R01 what j flashes is what j dumps @both", async ({ jumpstarter, folder }) => {
  await writeFile(`${folder}/in.bin`, "hello");
  expect(await jumpstarter.j(`storage flash ${folder}/in.bin`)).toMatchObject({ code: 0 });
  expect(await jumpstarter.j(`storage dump ${folder}/out.bin`)).toMatchObject({ code: 0 });
  expect(await readFile(`${folder}/out.bin`, "utf8")).toBe("hello");
});

test("R02 each target has its own file", async ({ py, folder }) => {
  await writeFile(`${folder}/uboot`, "boot loader");
  await writeFile(`${folder}/rootfs`, "root file system");
  await py(
    `
    client.storage.flash({"uboot": uboot, None: rootfs})
    client.storage.dump(back_uboot, target="uboot")
    client.storage.dump(back)
    result = None
    `,
    {
      args: {
        uboot: `${folder}/uboot`,
        rootfs: `${folder}/rootfs`,
        back: `${folder}/back`,
        back_uboot: `${folder}/back_uboot`,
      },
    },
  );
  expect(await readFile(`${folder}/back_uboot`, "utf8")).toBe("boot loader");
  expect(await readFile(`${folder}/back`, "utf8")).toBe("root file system");
});

test("R04 an empty file is flashed", async ({ jumpstarter, folder }) => {
  await writeFile(`${folder}/empty`, "");
  expect(await jumpstarter.j(`storage flash ${folder}/empty`)).toMatchObject({ code: 0 });
});

test("R05 a dump of a target with nothing in it ends well, with nothing in it", async ({ py, folder }) => {
  await writeFile(`${folder}/empty`, "");
  await py("client.storage.flash(empty)\nclient.storage.dump(empty + '.back')\nresult = None", {
    args: { empty: `${folder}/empty` },
  });
  // One client makes the file when it is asked to, another when the first bytes come.
  expect(await readFile(`${folder}/empty.back`, "utf8").catch(() => "")).toBe("");
});

test("R07 a file that is compressed with xz, bz2, zstd or gzip is stored unpacked", async ({
  py,
  folder,
}) => {
  const content = Buffer.concat([randomBytes(300_000), Buffer.alloc(700_000)]);
  await writeFile(`${folder}/image`, content);
  await writeFile(`${folder}/image.gzip`, gzipSync(content));
  await writeFile(`${folder}/image.zstd`, zstdCompressSync(content));
  const result = await py(
    `
    import bz2, hashlib, lzma
    from pathlib import Path
    content = Path(image).read_bytes()
    Path(image + ".xz").write_bytes(lzma.compress(content))
    Path(image + ".bz2").write_bytes(bz2.compress(content))
    result = {}
    for name in ["gzip", "xz", "bz2", "zstd"]:
        client.storage.flash(image + "." + name, compression=name)
        client.storage.dump(image + ".back")
        result[name] = hashlib.sha256(Path(image + ".back").read_bytes()).hexdigest()
    `,
    { args: { image: `${folder}/image` } },
  );
  const expected = sha256(content);
  expect(result).toEqual({ gzip: expected, xz: expected, bz2: expected, zstd: expected });
});

test("R07 a file that is corrupt, cut short or packed otherwise is refused in one sentence, and the old one stays", async ({
  jumpstarter,
  folder,
}) => {
  const packed = gzipSync(randomBytes(200_000));
  const corrupt = Buffer.from(packed);
  corrupt.writeUInt8((corrupt[100_000] ?? 0) ^ 1, 100_000);
  await writeFile(`${folder}/good`, "good");
  await writeFile(`${folder}/corrupt.gz`, corrupt);
  await writeFile(`${folder}/cut.gz`, packed.subarray(0, 150_000));
  await writeFile(`${folder}/no.gz`, "this is no gzip");
  expect(await jumpstarter.j(`storage flash ${folder}/good`)).toMatchObject({ code: 0 });
  for (const [name, words] of [
    ["corrupt.gz", /INVALID_ARGUMENT.*gzip/],
    ["cut.gz", /INVALID_ARGUMENT.*gzip/],
    ["no.gz", /INVALID_ARGUMENT.*gzip/],
  ] as const) {
    const ended = await jumpstarter.j(`storage flash ${folder}/${name} --compression gzip`);
    expect(ended.code, name).not.toBe(0);
    expect(ended.output, name).toMatch(words);
  }
  expect(await jumpstarter.j(`storage dump ${folder}/back`)).toMatchObject({ code: 0 });
  expect(await readFile(`${folder}/back`, "utf8")).toBe("good");
});

test("R08 a dump with --compression is a compressed file @both", async ({ jumpstarter, py, folder }) => {
  const content = Buffer.concat([randomBytes(100_000), Buffer.alloc(100_000)]);
  await writeFile(`${folder}/in`, content);
  expect(await jumpstarter.j(`storage flash ${folder}/in`)).toMatchObject({ code: 0 });
  expect(await jumpstarter.j(`storage dump ${folder}/out.gz --compression gzip`)).toMatchObject({ code: 0 });
  expect(sha256(gunzipSync(await readFile(`${folder}/out.gz`)))).toBe(sha256(content));
  const result = await py(
    `
    import bz2, hashlib, lzma
    from pathlib import Path
    result = {}
    for name, unpack in [("xz", lzma.decompress), ("bz2", bz2.decompress)]:
        client.storage.dump(f"{folder}/out.{name}", compression=name)
        result[name] = hashlib.sha256(unpack(Path(f"{folder}/out.{name}").read_bytes())).hexdigest()
    `,
    { args: { folder } },
  );
  expect(result).toEqual({ xz: sha256(content), bz2: sha256(content) });
});

test("R10 a driver that reads half of a file, or none, or fails, leaves no client waiting", async ({
  py,
  folder,
}) => {
  await writeFile(`${folder}/image`, randomBytes(8 * MIB));
  const result = await py(
    `
    def innermost(error):
        # The call fails beside the stream of its file, so the clients raise a group.
        return innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else str(error)
    result = []
    for transfer in [
        lambda: client.odd.flash(image, target="half"),
        lambda: client.odd.flash(image, target="none"),
        lambda: client.odd.flash(image, target="fail"),
        lambda: client.odd.dump(image + ".back", target="cut"),
    ]:
        try:
            transfer()
            result.append("done")
        except Exception as error:
            result.append(innermost(error))
    client.power.on()
    `,
    { args: { image: `${folder}/image` } },
  );
  expect(result).toEqual([
    "done",
    "done",
    expect.stringContaining("worn out"),
    expect.stringContaining("worn out"),
  ]);
});

test("R11 handles that are unknown, used, foreign or never used end in an error and not in a hang @wire", async ({
  raw,
}) => {
  const result = (await raw(`
    from google.protobuf import json_format, struct_pb2

    class Upload:
        def __init__(self, driver, frames, encoding=None):
            request = json.dumps({"kind": "resource", "uuid": driver, "x_jmp_content_encoding": encoding})
            self.call = router.Stream(iter(frames), metadata=[*key, ("request", request)], timeout=20)
            self.metadata = dict(self.call.initial_metadata())
            self.handle = json.loads(self.metadata["resource"])

        def end(self):
            return outcome(lambda: list(self.call))[0]

    data = [router_pb.StreamRequest(payload=b"data"), router_pb.StreamRequest(frame_type=7)]

    def flash(driver, handle):
        argument = json_format.ParseDict(handle, struct_pb2.Value())
        request = pb.DriverCallRequest(uuid=driver, method="flash", args=[argument])
        return outcome(lambda: exporter.DriverCall(request, metadata=key, timeout=20))

    storage, other, power = (raw.uuids()[name] for name in ["storage", "other", "power"])
    unknown = {"kind": "client_stream", "uuid": str(uuid.uuid4()), "x_jmp_content_encoding": None}
    used, foreign, unused = Upload(storage, data), Upload(storage, data), Upload(storage, data)
    strange = Upload(storage, data, "brotli")
    result = {
        "unknown": flash(storage, unknown),
        "first": flash(storage, used.handle)[0],
        "second": flash(storage, used.handle),
        "first's stream": used.end(),
        "foreign": flash(other, foreign.handle),
        "strange": [strange.metadata.get("x_jmp_accept_encoding"), *flash(storage, strange.handle)],
        "no handle": flash(storage, {"kind": "carrier pigeon"})[0],
        "after that": outcome(lambda: raw.call(power, "on"))[0],
    }
    unused.call.cancel()
  `)) as Record<string, unknown>;
  expect(result).toEqual({
    unknown: ["UNKNOWN", expect.stringMatching(/handle/)],
    first: "OK",
    second: ["UNKNOWN", expect.stringMatching(/handle/)],
    "first's stream": "OK",
    foreign: ["UNKNOWN", expect.stringMatching(/another driver/)],
    strange: ["brotli", "INVALID_ARGUMENT", expect.stringContaining("brotli")],
    "no handle": "INVALID_ARGUMENT",
    "after that": "OK",
  });
});

test("R13 a flash that stalls does not hold up power", async ({ py, folder }) => {
  await writeFile(`${folder}/image`, randomBytes(16 * MIB));
  const seconds = await py(
    `
    flashing = threading.Thread(target=lambda: client.odd.flash(image, target="stall"))
    flashing.start()
    wait_until(lambda: client.odd.call("stalled") == 1)
    began = time.monotonic()
    client.power.on()
    result = time.monotonic() - began
    client.odd.call("release")
    flashing.join()
    `,
    { args: { image: `${folder}/image` } },
  );
  expect(seconds).toBeLessThan(1);
});

test.describe("by URL", () => {
  test.use({ relayArgs: ["--tls-grpc-insecure", "--allow-fetch", "127.0.0.1"] });

  test("R14 a URL is flashed, also behind a redirect", async ({ jumpstarter, folder }) => {
    const content = randomBytes(3 * MIB);
    await using server = await startWebServer({
      files: { "/image": content },
      redirects: { "/moved": "/image" },
    });
    expect(await jumpstarter.j(`storage flash ${server.url}/moved`)).toMatchObject({ code: 0 });
    expect(await jumpstarter.j(`storage dump ${folder}/back`)).toMatchObject({ code: 0 });
    expect(sha256(await readFile(`${folder}/back`))).toBe(sha256(content));
  });

  test("R16 what the server says of a URL that fails is told, without the URL's query", async ({
    jumpstarter,
  }) => {
    await using server = await startWebServer();
    const url = `${server.url}/missing?signature=secret`;
    const { code, output } = await jumpstarter.j(`storage flash ${url}`);
    expect(code).not.toBe(0);
    expect(output).toContain("status=404");
    expect(output.replaceAll(url, "")).not.toContain("secret");
  });

  test("R14 a URL that leads to a private address that was not allowed is refused there", async ({
    jumpstarter,
  }) => {
    await using internal = await startWebServer({ files: { "/secret": Buffer.from("secret") } });
    await using server = await startWebServer({
      redirects: { "/image": `http://[::ffff:127.0.0.2]:${internal.host.split(":")[1]}/secret` },
    });
    const { code, output } = await jumpstarter.j(`storage flash ${server.url}/image`);
    expect(code).not.toBe(0);
    expect(output).toContain("--allow-fetch");
    expect(internal.requests).toEqual([]);
  });
});

test("R14 a URL of the relay's own network is refused unless it was allowed, with the cure", async ({
  jumpstarter,
}) => {
  await using server = await startWebServer({ files: { "/image": Buffer.from("internal") } });
  const { code, output } = await jumpstarter.j(`storage flash ${server.url}/image`);
  expect(code).not.toBe(0);
  expect(output).toContain("--allow-fetch");
  expect(server.requests).toEqual([]);
});

test("R17 what is written to a storage mux is read back, 10 MiB, by absolute and relative paths @both", async ({
  py,
  folder,
}) => {
  await writeFile(`${folder}/image`, randomBytes(10 * MIB));
  const result = await py(
    `
    from pathlib import Path
    os.chdir(folder)
    content = Path("image").read_bytes()
    client.mux.host()
    client.mux.write_local_file(f"{folder}/image")
    client.mux.read_local_file("relative")
    client.mux.dut()
    client.mux.write_local_file("image")
    client.mux.read_local_file(f"{folder}/absolute")
    client.mux.off()
    client.card.flash("image")
    client.card.dump("card")
    result = [Path(name).read_bytes() == content for name in ["relative", "absolute", "card"]]
    `,
    { args: { folder } },
  );
  expect(result).toEqual([true, true, true]);
});

for (const { name, copies } of [
  { name: "files", copies: true },
  // Opendal's memory has neither, so clients know it so.
  { name: "memory", copies: false },
]) {
  test(`R19 a file system (${name}) writes, reads, hashes, seeks, lists${copies ? ", copies, renames" : ""} and deletes`, async ({
    py,
  }) => {
    const result = await py(
      `
    import hashlib
    from pathlib import Path
    fs = getattr(client, name)
    data = os.urandom(300_000)
    fs.create_dir("dir/")
    fs.create_dir("dir/deep/er/")
    fs.write_bytes("dir/data.bin", data)
    fs.write_bytes("dir/deep/er/other.bin", b"other")
    if copies:
        fs.copy("dir/data.bin", "copied.bin")
        fs.rename("copied.bin", "dir/renamed.bin")
    else:
        fs.write_bytes("dir/renamed.bin", fs.read_bytes("dir/data.bin"))
    file = fs.open("dir/data.bin", "rb")
    tells = [file.seek(1000), file.tell(), file.seek(-10, 2), file.tell()]
    states = [file.closed, file.readable(), file.seekable(), file.writable()]
    file.close()
    stat = fs.stat("dir/data.bin")
    result = {
        "read": fs.read_bytes("dir/data.bin") == data,
        "renamed": fs.read_bytes("dir/renamed.bin") == data,
        "hashes": [fs.hash("dir/data.bin", "md5") == hashlib.md5(data).hexdigest(),
                   fs.hash("dir/data.bin", "sha256") == hashlib.sha256(data).hexdigest()],
        "tells": tells,
        "states": states,
        "stat": [stat.content_length, stat.mode.is_file(), stat.mode.is_dir(), fs.stat("dir/").mode.is_dir()],
        "list": sorted(fs.list("dir/")),
        "scan": sorted(fs.scan("dir/")),
        "exists": [fs.exists("dir/data.bin"), fs.exists("copied.bin"), fs.exists("dir/deep/")],
        "capability": [fs.capability().read, fs.capability().write, fs.capability().presign],
    }
    fs.delete("dir/data.bin")
    fs.delete("never/there")
    result["deleted"] = fs.exists("dir/data.bin")
    fs.remove_all("dir/")
    result["removed"] = [fs.exists("dir/renamed.bin"), fs.exists("dir/deep/er/other.bin")]
    try:
        fs.read_bytes("dir/data.bin")
        result["missing"] = "read"
    except Exception as error:
        result["missing"] = type(error).__name__
    `,
      { args: { name, copies } },
    );
    expect(result).toEqual({
      read: true,
      renamed: true,
      hashes: [true, true],
      tells: [1000, 1000, 299_990, 299_990],
      states: [false, true, true, false],
      stat: [300_000, true, false, true],
      list: ["dir/", "dir/data.bin", "dir/deep/", "dir/renamed.bin"],
      // Memory knows the folders that were made, and not those between.
      scan: [
        "dir/",
        "dir/data.bin",
        ...(copies ? ["dir/deep/"] : []),
        "dir/deep/er/",
        "dir/deep/er/other.bin",
        "dir/renamed.bin",
      ],
      exists: [true, false, true],
      capability: [true, true, false],
      deleted: false,
      removed: [false, false],
      missing: "DriverError",
    });
  });
}

test("R20 two flashes at once on two drivers are both whole", async ({ py, folder }) => {
  await writeFile(`${folder}/one`, randomBytes(8 * MIB));
  await writeFile(`${folder}/two`, randomBytes(8 * MIB));
  const result = await py(
    `
    from pathlib import Path
    pairs = [(client.storage, f"{folder}/one"), (client.other, f"{folder}/two")]
    flashing = [threading.Thread(target=driver.flash, args=(image,)) for driver, image in pairs]
    for thread in flashing:
        thread.start()
    for thread in flashing:
        thread.join()
    result = []
    for driver, image in pairs:
        driver.dump(image + ".back")
        result.append(Path(image + ".back").read_bytes() == Path(image).read_bytes())
    `,
    { args: { folder } },
  );
  expect(result).toEqual([true, true]);
});

test("R22 a page that is lost in the middle of a flash is an error for the client", async ({
  jumpstarter,
  py,
  exporterPage,
  folder,
}) => {
  await writeFile(`${folder}/image`, randomBytes(16 * MIB));
  const flashing = jumpstarter.startJ(`odd flash -t stall:${folder}/image`);
  await py(`wait_until(lambda: client.odd.call("stalled") == 1, 20)\nresult = None`);
  await exporterPage.reload();
  const { code, output } = await flashing.ended();
  expect(code).not.toBe(0);
  expect(output).toMatch(/UNAVAILABLE|CANCELLED|ABORTED/);
});
