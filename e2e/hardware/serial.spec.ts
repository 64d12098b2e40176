/**
 * PySerial over the real `navigator.serial`, driven by the real clients.
 * Below: test.ts, lab.ts (what is simulated is the board and its wire).
 */

import { BOUND, expect, test } from "./test.ts";

const MIB = 1024 * 1024;

test("j serial pipe talks to the board through WebSerial", async ({ jumpstarter }) => {
  await using pipe = jumpstarter.startJ("serial pipe", { stdin: "hello board\n" });
  await pipe.saw(/^pong:hello board$/m, "stdout");
  pipe.kill("SIGINT");
  await pipe.ended();
});

test("a MiB each way arrives whole", async ({ py }) => {
  const result = await py(
    `
    import array, hashlib
    with client.serial.stream() as stream:
        stream.send(f"send {size}\\n".encode())
        received = b""
        while len(received) < size:
            received += stream.receive()

        data = os.urandom(size)
        stream.send(f"sink {size}\\n".encode())
        for at in range(0, size, 65536):
            stream.send(data[at:at + 65536])
        answer = b""
        while not answer.endswith(b"\\n"):
            answer += stream.receive()
    result = [
        received == array.array("I", range(size // 4)).tobytes(),
        answer.decode().strip() == f"sunk {hashlib.sha256(data).hexdigest()}",
    ]
    `,
    { args: { size: MIB } },
  );
  expect(result).toEqual([true, true]);
});

test("one client after another has the port, also after one that was killed", async ({ jumpstarter, py }) => {
  const talk = `
    with client.serial.stream() as stream:
        stream.send(b"again\\n")
        answer = b""
        while not answer.endswith(b"\\n"):
            answer += stream.receive()
    result = answer.decode()
  `;
  expect(await py(talk)).toBe("pong:again\n");
  await using pipe = jumpstarter.startJ("serial pipe", { stdin: "first\n" });
  await pipe.saw(/pong:first/, "stdout");
  pipe.kill("SIGKILL");
  await pipe.ended();
  expect(await py(talk)).toBe("pong:again\n");
});

test("two clients share the port: both hear everything, and neither is garbled", async ({ py }) => {
  const result = await py(`
    def read_lines(stream, count):
        text = b""
        while text.count(b"\\n") < count:
            text += stream.receive()
        return sorted(text.decode().splitlines())

    with client.serial.stream() as first, client.serial.stream() as second:
        first.send(b"from first\\n")
        second.send(b"from second\\n")
        result = [read_lines(first, 2), read_lines(second, 2)]
  `);
  const both = ["pong:from first", "pong:from second"];
  expect(result).toEqual([both, both]);
});

test("set_dtr and set_rts reach the port", async ({ lab, py }) => {
  test.skip(!lab.hasControlLines, "There is no C compiler to give the simulated port its control lines.");
  await py(`
    with client.serial.stream() as stream:
        stream.send(b"open\\n")
        stream.receive()
        client.serial.call("set_dtr", False)
        client.serial.call("set_rts", True)
        client.serial.call("set_rts", False)
        client.serial.call("set_dtr", True)
  `);
  const states = (await lab.controlLines()).join("; ");
  expect(states).toMatch(/DTR=0 RTS=1; (.*; )?DTR=0 RTS=0; (.*; )?DTR=1 RTS=0/);
});

test("pexpect finds the board's prompt", async ({ py }) => {
  const result = await py(`
    with client.serial.pexpect() as console:
        console.sendline("who is there")
        console.expect_exact("pong:who is there", timeout=10)
        result = console.after.decode()
  `);
  expect(result).toBe("pong:who is there");
});

test("the page shows which adapter it has for the ids of the configuration", async ({ exporterPage }) => {
  await expect(exporterPage.driver("serial")).toContainText(BOUND);
});

test("a board that is unplugged while a client listens ends the client's stream, and the page says what to do", async ({
  exporterPage,
  lab,
  jumpstarter,
}) => {
  await using pipe = jumpstarter.startJ("serial pipe", { stdin: "hello board\n" });
  await pipe.saw(/^pong:hello board$/m, "stdout");
  await lab.unplug();
  const { code, output } = await pipe.ended();
  expect(output).toContain("Serial connection closed");
  expect(code).toBe(0);
  await expect(exporterPage.page.getByRole("log")).toContainText(
    "2e8a:000a went away: plug it in again and reconnect",
  );
});
