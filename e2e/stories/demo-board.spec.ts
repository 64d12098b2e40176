/**
 * The demo board: the first thing that a new user tries, by clicks, by keys, and with the line that the page shows.
 * Below: test.ts (a relay without a bench).
 */

import { DEMO_BENCH } from "../support/benches.ts";
import { expect, test } from "./test.ts";

test("a demo board is two clicks away, and the copied line opens a shell on it", async ({
  exporterPage,
  jumpstarter,
  relay,
}) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await page.getByRole("button", { name: "Try a demo board" }).click();
  await exporterPage.expectAttached();

  await page.getByRole("button", { name: "Copy the command" }).click();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  expect(line).toBe(await exporterPage.shareLine());
  expect(line).toMatch(/^jmp shell --tls-grpc 127\.0\.0\.1:\d+ --tls-grpc-insecure --passphrase \w{22}$/);
  expect(relay.log).not.toContain(line.split(" ").at(-1));

  const [program = "", ...args] = line.split(" ");
  await using shell = jumpstarter.start(program, [
    ...args,
    "--",
    "bash",
    "-c",
    "j power on; j power read; j --help",
  ]);
  const { code, stdout } = await shell.ended();
  expect(code).toBe(0);
  expect(stdout).toMatch(/voltage=\d/);
  expect(stdout).toMatch(/^ +serial\b/m);
  await exporterPage.expectPower("board.power", "on");
});

test("the demo board is reached with the keyboard alone", async ({ exporterPage }) => {
  await exporterPage.visit();
  const { page } = exporterPage;
  await expect(page.getByRole("button", { name: "Try a demo board" })).toBeVisible();
  await exporterPage.tabTo("Try a demo board");
  await page.keyboard.press("Enter");
  await exporterPage.expectAttached();
  await exporterPage.tabTo("On: power");
  await page.keyboard.press("Enter");
  await exporterPage.expectPower("board.power", "on");
  await exporterPage.tabTo("Copy the command");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("jmp shell");
});

test.describe("with the demo board as the relay's bench", () => {
  test.use({ bench: DEMO_BENCH, passphrase: "demo-passphrase", startPage: true });
  test.beforeEach(({ exporterPage }) => exporterPage.expectAttached());

  test("its console boots, logs in and answers commands, with pexpect", async ({ py }) => {
    const result = await py(`
      board = client.board
      with board.serial.pexpect() as console:
          board.power.on()
          console.expect_exact("login:", timeout=30)
          console.sendline("root")
          console.expect(r"[#$] ", timeout=10)
          console.sendline("uname -a")
          console.expect(r"Linux[^\\r\\n]*", timeout=10)
          said = console.after.decode()
          board.power.off()
      result = said
    `);
    expect(result).toMatch(/^Linux/);
  });

  test("a key stops it at the boot loader's prompt", async ({ py }) => {
    const result = await py(`
      import pexpect
      board = client.board
      with board.serial.pexpect() as console:
          board.power.on()
          console.expect("(?i)any key", timeout=20)
          console.send(" ")
          console.expect("=> ", timeout=10)
          console.sendline("help")
          console.expect("=> ", timeout=10)
          result = console.before.decode()
    `);
    expect(result).toContain("boot");
  });

  test("it dies when the power goes", async ({ py }) => {
    const result = await py(`
      import pexpect
      board = client.board
      with board.serial.pexpect() as console:
          board.power.on()
          console.expect_exact("login:", timeout=30)
          board.power.off()
          console.sendline("root")
          result = console.expect([pexpect.TIMEOUT, "assword", r"[#$] "], timeout=1)
    `);
    expect(result).toBe(0);
  });

  test("two clients on its console both hear everything", async ({ py }) => {
    const result = await py(`
      board = client.board
      def read_until(stream, mark, into):
          text = b""
          while mark not in text:
              text += stream.receive()
          into.append(text)
      with board.serial.stream() as first, board.serial.stream() as second:
          heard = [[], []]
          threads = [threading.Thread(target=read_until, args=(stream, b"login:", into))
                     for stream, into in zip((first, second), heard)]
          for thread in threads:
              thread.start()
          board.power.on()
          for thread in threads:
              thread.join(30)
      one, other = heard[0][0], heard[1][0]
      shorter = min(len(one), len(other))
      result = [shorter > 100, one[:shorter] == other[:shorter]]
    `);
    expect(result).toEqual([true, true]);
  });

  test("the page's own console works while a client is attached", async ({ exporterPage, jumpstarter }) => {
    await using pipe = jumpstarter.startJ("board serial pipe --no-input");
    await expect(exporterPage.page.getByText("1 client attached").first()).toBeVisible();
    expect(await jumpstarter.j("board power on")).toMatchObject({ code: 0 });
    await pipe.saw(/login:/, "stdout");
    await exporterPage.typeInConsole("board serial", "root\n");
    await pipe.saw(/[#$] $/, "stdout");
  });
});
