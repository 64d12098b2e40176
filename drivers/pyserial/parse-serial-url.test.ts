import { describe, expect, it } from "vitest";
import { parseSerialUrl } from "./parse-serial-url.ts";

describe("parseSerialUrl()", () => {
  for (const url of ["loop://", "LOOP://", "loop://?logging=debug"]) {
    it(`takes ${url} for a loopback`, () => expect(parseSerialUrl(url)).toEqual({ kind: "loop" }));
  }

  for (const url of [
    "hwgrep://0403:6001",
    "hwgrep://VID:PID=0403:6001",
    "HWGREP://USB VID:PID=0403:6001 SER=A50285BI",
    "hwgrep://0403:6001&n=1&skip_busy",
  ]) {
    it(`finds the USB ids in ${url}`, () => {
      expect(parseSerialUrl(url)).toEqual({
        kind: "device",
        request: { kind: "usb", vendorId: 0x0403, productId: 0x6001 },
      });
    });
  }

  for (const url of [
    "/dev/ttyUSB0",
    "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0",
    "COM3",
    "\\\\.\\COM10",
    "ttyACM0",
  ]) {
    it(`lets a person choose for ${url}`, () => {
      expect(parseSerialUrl(url)).toEqual({ kind: "device", request: { kind: "any", hint: url } });
    });
  }

  for (const [url, reason] of [
    ["", /is empty/],
    ["   ", /is empty/],
    ["hwgrep://FTDI", /write hwgrep:\/\/VID:PID/],
    ["hwgrep://10403:60011", /write hwgrep:\/\/VID:PID/],
    ["socket://10.0.0.1:4000", /cannot open TCP sockets/],
    ["rfc2217://10.0.0.1:4000", /cannot open TCP sockets/],
    ["spy:///dev/ttyUSB0", /give the port itself/],
    ["alt:///dev/ttyUSB0?class=PosixPollSerial", /give the port itself/],
    ["unix:/run/serial.sock", /Unix sockets/],
    ["unix:///run/serial.sock", /Unix sockets/],
    ["webserial://0403:6001", /webserial:\/\/ is not known/],
  ] as const) {
    it(`refuses ${JSON.stringify(url)} and says why`, () => {
      const parsed = parseSerialUrl(url);
      expect(parsed).toMatchObject({ kind: "refused", reason: expect.stringMatching(reason) });
    });
  }
});
