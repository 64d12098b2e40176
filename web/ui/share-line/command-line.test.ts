import { describe, expect, it } from "vitest";
import { sampleBoard, sampleDriver, samplePower, sampleSerial } from "../testing/sample-drivers.ts";
import { firstCommands, installCommand, shellCommand, shellWord } from "./command-line.ts";

describe("shellCommand()", () => {
  it("says all that a client needs", () => {
    expect(shellCommand({ endpoint: "127.0.0.1:19090", insecure: true }, "s3cret")).toBe(
      "jmp shell --tls-grpc 127.0.0.1:19090 --tls-grpc-insecure --passphrase s3cret",
    );
  });

  it("leaves out what this relay does not ask for", () => {
    expect(shellCommand({ endpoint: "lab.example:443", insecure: false }, undefined)).toBe(
      "jmp shell --tls-grpc lab.example:443",
    );
  });

  it("quotes an IPv6 address, whose brackets are a pattern in zsh", () => {
    expect(shellCommand({ endpoint: "[::1]:19090", insecure: true }, undefined)).toContain("'[::1]:19090'");
  });
});

describe("shellWord()", () => {
  for (const [word, quoted] of [
    ["plain-1.2:3", "plain-1.2:3"],
    ["", "''"],
    ["two words", "'two words'"],
    ["it's", "'it'\\''s'"],
    ['$HOME `x` "y" \\', "'$HOME `x` \"y\" \\'"],
    ["~", "'~'"],
  ] as const) {
    it(`writes ${JSON.stringify(word)} as ${quoted}`, () => {
      expect(shellWord(word)).toBe(quoted);
    });
  }
});

describe("installCommand()", () => {
  it("names the package of each client class once, children included", () => {
    const drivers = [
      sampleBoard("board", [samplePower("board.power"), sampleSerial("board.serial")]),
      samplePower("power"),
      sampleDriver("custom", { clientClass: "jumpstarter.client.DriverClient" }),
    ];
    expect(installCommand(drivers)).toBe(
      "pip install jumpstarter-cli jumpstarter-driver-composite jumpstarter-driver-power jumpstarter-driver-pyserial",
    );
  });
});

describe("firstCommands()", () => {
  it("takes the shortest way to each driver", () => {
    const drivers = [
      sampleBoard("board", [samplePower("board.power"), sampleSerial("board.serial")]),
      samplePower("power", { refOf: ["board", "power"] }),
    ];
    expect(firstCommands(drivers)).toEqual(["j power on", "j board serial start-console", "j --help"]);
  });

  it("quotes names that a shell would take apart", () => {
    expect(firstCommands([samplePower("my lamp")])).toEqual(["j 'my lamp' on", "j --help"]);
    expect(firstCommands([sampleSerial("con$1")])).toEqual(["j 'con$1' start-console", "j --help"]);
  });

  it("says how a file gets to the board, in the words of the driver's own client", () => {
    for (const [clientClass, calls, line] of [
      ["jumpstarter_driver_opendal.client.FlasherClient", ["flash", "dump"], "j storage flash image.img"],
      [
        "jumpstarter_driver_opendal.client.StorageMuxFlasherClient",
        ["host", "dut", "off", "write", "read"],
        "j storage flash image.img",
      ],
      ["jumpstarter_driver_esp32.client.Esp32FlasherClient", ["flash"], "j storage flash app.bin -a 0x10000"],
      ["jumpstarter_driver_pi_pico.client.PiPicoClient", ["flash"], "j storage flash app.uf2"],
      ["jumpstarter_driver_probe_rs.client.ProbeRsClient", ["download"], "j storage download app.elf"],
    ] as const) {
      expect(firstCommands([sampleDriver("storage", { clientClass, calls })])).toEqual([line, "j --help"]);
    }
  });

  it("does not promise a command that a client lacks", () => {
    const mux = sampleDriver("storage", {
      clientClass: "jumpstarter_driver_opendal.client.StorageMuxClient",
      calls: ["host", "dut", "off", "write", "read"],
    });
    expect(firstCommands([mux])).toEqual(["j --help"]);
  });

  it("does not promise what is not there", () => {
    expect(firstCommands([sampleDriver("echo")])).toEqual(["j --help"]);
  });
});
