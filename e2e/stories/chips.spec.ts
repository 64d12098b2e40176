/**
 * Chips: the clients' own commands for an ESP32, a Pico and a debug probe, all the way to a boot loader that speaks the real protocol.
 * Below: test.ts, the simulated boards of the catalogue; drivers/simulation makes the firmware.
 */

import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Locator } from "@playwright/test";
import { buildApp } from "../../drivers/simulation/esp32/image.ts";
import { createProgramUf2 } from "../../drivers/simulation/rp2/program.ts";
import { CHIPS_BENCH } from "../support/benches.ts";
import { PythonAgent } from "../support/python.ts";
import { expect as expectSoon, test } from "./test.ts";

/** 30 s for one step on a busy machine. */
const expect = expectSoon.configure({ timeout: 30_000 });

/** 45 s for a Python client to start and to say its first word, on a busy machine. */
const CLIENT_WITHIN_MS = 45_000;

const MIB = 2 ** 20;

/** 176 KB that do not compress: 15 s on the line of the slow board, so that there is a middle to do things in. */
const SLOW_CODE_BYTES = 176_000;

/** Python: `told(work)` is what `work` raises, in words; None when it raises nothing. */
const TOLD = `
    def told(work):
        try:
            work()
        except Exception as error:
            # A call fails beside the stream of its file, so the clients raise groups.
            while isinstance(error, BaseExceptionGroup):
                error = error.exceptions[0]
            return str(error)
`;

test.use({ bench: CHIPS_BENCH, passphrase: "chips-passphrase", startPage: true });
// Each is a session of several clients, one after the other.
test.beforeEach(async ({ exporterPage }) => {
  test.slow();
  await exporterPage.expectAttached();
});

const md5 = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

test("an ESP32 is flashed while a console listens and hears the new firmware, and what was flashed is dumped, kept and erased", async ({
  exporterPage,
  jumpstarter,
  py,
  folder,
}) => {
  const app = buildApp({ chipId: 0, project: "blinky", version: "2.0.0", code: randomBytes(100_000) });
  await writeFile(`${folder}/app.bin`, app);
  await using pipe = jumpstarter.startJ("esp serial pipe", { stdin: "version\r" });
  // What it came with.
  await pipe.saw(/app: hello 1\.0\.0/, "stdout", CLIENT_WITHIN_MS);

  const info = await jumpstarter.j("esp esp32 chip-info");
  expect(info).toMatchObject({ code: 0 });
  expect(info.stdout).toMatch(/^chip: ESP32\b.*$/m);
  expect(info.stdout).toMatch(/^mac: [\da-f:]{17}$/m);

  const flash = `esp esp32 flash ${folder}/app.bin --address 0x10000`;
  expect(await jumpstarter.j(flash)).toMatchObject({ code: 0, stdout: "done\n" });
  await pipe.saw(/app: blinky 2\.0\.0/, "stdout");
  await pipe.saw(new RegExp(`image md5 ${md5(app)}`), "stdout");

  expect(await jumpstarter.j(flash)).toMatchObject({ code: 0, stdout: "done\n" });
  const log = exporterPage.page.getByRole("log");
  await expect(log).toContainText(`unchanged: the flash holds these ${app.length} bytes at 0x10000 already`);

  await py(
    `
    client.esp.esp32.dump(back, target=region)
    client.esp.esp32.erase()
    result = None
    `,
    { args: { back: `${folder}/back.bin`, region: `0x10000:${app.length}` } },
  );
  expect(md5(await readFile(`${folder}/back.bin`))).toBe(md5(app));
  await pipe.saw(/invalid header: 0xffffffff/, "stdout");
});

test("what no ESP32 can take is refused in a sentence, before the chip is so much as reset", async ({
  py,
  folder,
}) => {
  await writeFile(`${folder}/small`, randomBytes(1000));
  // 1 GiB of zeros, in 1 MiB of gzip.
  const member = gzipSync(Buffer.alloc(MIB));
  await writeFile(`${folder}/bomb.gz`, Buffer.concat(Array.from({ length: 1024 }, () => member)));
  const result = (await py(
    `${TOLD}
    chip = client.esp.esp32
    with client.esp.serial.pexpect() as console:
        def introduced():
            console.send("version\\r")
            console.expect(r"app: (hello 1\\.0\\.0)\\r\\n")
            console.expect(r"image md5 \\w+\\r\\n")
        introduced()
        result = {
            "odd": told(lambda: chip.flash(small, target="0x10001")),
            "word": told(lambda: chip.flash(small, target="the start")),
            "bomb": told(lambda: chip.flash(bomb, compression="gzip")),
        }
        console.send("version\\r")
        console.expect("app: hello")
        result["heard"] = console.before.decode()
        # How large the flash is only the chip knows, so this one costs a reset.
        result["beyond"] = told(lambda: chip.flash(small, target="0x400000"))
        console.expect("app: (hello)")
        result["after"] = console.match[1].decode()
    `,
    { args: { small: `${folder}/small`, bomb: `${folder}/bomb.gz` } },
  )) as Record<string, string>;
  expect(result).toEqual({
    odd: expect.stringMatching(/INVALID_ARGUMENT.*0x10001 is no multiple of 4/),
    word: expect.stringMatching(/INVALID_ARGUMENT.*write it as 0x10000/),
    bomb: expect.stringMatching(/INVALID_ARGUMENT.*more than 16777216 bytes/),
    beyond: expect.stringMatching(/INVALID_ARGUMENT.*0x400000 \(4 MiB\)/),
    heard: expect.not.stringMatching(/boot|rst:|load/),
    after: "hello",
  });
});

test("a second flash at once is refused and the first is whole; a client killed at half of it leaves the chip to the next", async ({
  exporterPage,
  relay,
  py,
  folder,
}) => {
  const slowApp = (project: string): Buffer =>
    Buffer.from(buildApp({ chipId: 5, project, version: "1.0.0", code: randomBytes(SLOW_CODE_BYTES) }));
  await writeFile(`${folder}/first`, slowApp("first"));
  await writeFile(`${folder}/killed`, slowApp("killed"));
  const small = buildApp({ chipId: 5, project: "next", version: "1.0.0", code: randomBytes(4000) });
  await writeFile(`${folder}/next`, small);
  const card = exporterPage.driver("slow.esp32");
  await using other = new PythonAgent(`${folder}/other`);
  const flashed = (file: string) =>
    other.run("client", relay.endpoint, "client.slow.esp32.flash(file, target='0x10000')\nresult = 'whole'", {
      args: { file: `${folder}/${file}` },
      timeoutMs: 120_000,
    });

  // The one who comes second is there already, and waits for its moment.
  const second = py(
    `${TOLD}
    wait_until(lambda: os.path.exists(go), 90)
    result = told(lambda: client.slow.esp32.flash(file, target="0x10000"))
    `,
    { args: { file: `${folder}/next`, go: `${folder}/go` }, timeoutMs: 120_000 },
  );
  const first = flashed("first");
  await expectWritten(card, 0.01);
  await writeFile(`${folder}/go`, "");
  expect(await second).toMatch(/busy flashing: wait until that is done/);
  expect(await first).toBe("whole");

  const killed = expect(flashed("killed")).rejects.toThrow("SIGKILL");
  await expectWritten(card, 0.5);
  other.kill();
  await killed;
  await expect(card.getByRole("progressbar")).toBeHidden();
  const heard = await py(
    `
    with client.slow.serial.pexpect() as console:
        client.slow.esp32.flash(file, target="0x10000")
        console.expect(r"image md5 (\\w+)")
        result = console.match[1].decode()
    `,
    { args: { file: `${folder}/next` }, timeoutMs: 120_000 },
  );
  expect(heard).toBe(md5(small));
});

test("a Pico is flashed out of its running program, and a file for another chip or half a file leaves it to be flashed", async ({
  jumpstarter,
  py,
  folder,
}) => {
  await writeFile(`${folder}/blink.uf2`, createProgramUf2({ chip: "rp2040", name: "blink" }));
  const other = Buffer.from(createProgramUf2({ chip: "rp2040", name: "other", size: 20_480 }));
  await writeFile(`${folder}/other.uf2`, other);
  await writeFile(`${folder}/half.uf2`, other.subarray(0, other.length / 2));
  await writeFile(`${folder}/rp2350.uf2`, createProgramUf2({ chip: "rp2350", name: "wrong" }));
  await using pipe = jumpstarter.startJ("pico serial pipe", { stdin: "\r" });
  await pipe.saw(/Hello from welcome/, "stdout", CLIENT_WITHIN_MS);
  const flashed = await jumpstarter.j(`pico pico flash ${folder}/blink.uf2`);
  expect(flashed).toMatchObject({ code: 0 });
  expect(flashed.stdout).toContain("Flash complete");
  await pipe.saw(/Hello from blink/, "stdout");

  const result = await py(
    `${TOLD}
    pico = client.pico.pico
    result = {
        "wrong": told(lambda: pico.flash(f"{folder}/rp2350.uf2")),
        "half": told(lambda: pico.flash(f"{folder}/half.uf2")),
    }
    pico.enter_bootloader()
    result["info"] = pico.bootloader_info()
    # Out of its boot loader too.
    pico.flash(f"{folder}/other.uf2")
    `,
    { args: { folder } },
  );
  expect(result).toEqual({
    wrong: expect.stringMatching(/INVALID_ARGUMENT.*RP2350.*the board has an RP2040/),
    half: expect.stringMatching(/INVALID_ARGUMENT.*it is cut short: 40 of 80 blocks are there/),
    info: expect.objectContaining({ "Board-ID": "RPI-RP2" }),
  });
  await pipe.saw(/Hello from other/, "stdout");
});

test("a microcontroller is flashed through a debug probe, read back and reset", async ({
  jumpstarter,
  py,
  folder,
}) => {
  const firmware = randomBytes(20_000);
  // Stack pointer and entry: what the core starts with.
  firmware.writeUInt32LE(0x2000_8000, 0);
  firmware.writeUInt32LE(0x0000_0101, 4);
  await writeFile(`${folder}/firmware.bin`, firmware);
  const info = await jumpstarter.j("cortex probe info");
  expect(info).toMatchObject({ code: 0 });
  expect(info.stdout).toMatch(/^Core: Cortex-M4/m);
  const download = await jumpstarter.j(`cortex probe download ${folder}/firmware.bin`);
  expect(download).toMatchObject({ code: 0 });
  expect(download.stdout).toContain("20000 bytes, verified");
  const result = await py(`
    probe = client.cortex.probe
    result = [*probe.read(32, 0, 2), probe.read(8, 19999, 1)[0], probe.read(16, 1000, 1)[0], probe.reset()]
  `);
  expect(result).toEqual([
    0x2000_8000,
    0x0000_0101,
    firmware.readUInt8(19_999),
    firmware.readUInt16LE(1000),
    "Target reset\n",
  ]);
});

/** Wait until so much of a file, from 0 to 1, is written, by what the driver's card says. */
async function expectWritten(card: Locator, least: number): Promise<void> {
  const bars = card.filter({ hasText: "Writing" }).getByRole("progressbar");
  const written = async (): Promise<number> =>
    Math.max(
      0,
      ...(await bars.evaluateAll((found) => found.map((bar) => (bar as HTMLProgressElement).value))),
    );
  await expect
    .poll(written, { message: "written, as the page says", timeout: CLIENT_WITHIN_MS })
    .toBeGreaterThanOrEqual(least);
}
