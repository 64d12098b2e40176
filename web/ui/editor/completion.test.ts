import { describe, expect, it } from "vitest";
import { sampleCatalogue } from "../testing/sample-catalogue.ts";
import { explanationAt, suggestionsAt } from "./completion.ts";

const known = { catalogue: sampleCatalogue, refs: ["board", "board.power", "serial"] };

/** `|` is the cursor. */
function labels(text: string): readonly string[] {
  const offset = text.indexOf("|");
  return suggestionsAt(text.replace("|", ""), offset, known)?.options.map(({ label }) => label) ?? [];
}

describe("suggestionsAt()", () => {
  it("knows the keys of each place, without those that are there", () => {
    expect(labels("kind: ExporterConfig\n|\nexport: {}\n")).toEqual([
      "apiVersion",
      "metadata",
      "description",
      "motd",
      "hooks",
    ]);
    expect(labels("metadata:\n  na|")).toEqual(["name", "namespace"]);
    expect(labels("export:\n  a:\n    type: x\n    # about\n    |")).not.toContain("type");
    expect(labels("export:\n  a:\n    children:\n      b:\n        |")).toContain("type");
    expect(labels("export:\n  |")).toEqual([]);
    expect(labels("hooks:\n  beforeLease:\n    |")).toContain("onFailure");
  });

  it("knows the settings of the driver, wherever its type stands", () => {
    const serial = "jumpstarter_driver_pyserial.driver.PySerial";
    expect(labels(`export:\n  a:\n    type: ${serial}\n    config:\n      url: x\n      |`)).toEqual([
      "baudrate",
      "check_present",
      "log_level",
    ]);
    expect(labels(`export:\n  a:\n    config:\n      |\n    type: ${serial}\n`)).toContain("url");
    expect(labels("export:\n  a:\n    type: unknown\n    config:\n      |")).toEqual([]);
  });

  it("knows values: types, refs, yes and no, options, examples", () => {
    expect(labels("export:\n  a:\n    type: |")).toContain("jumptab.simulator.DemoBoard");
    expect(labels("export:\n  a:\n    ref: bo|")).toEqual(known.refs);
    const config = (key: string): string =>
      `export:\n  a:\n    type: jumpstarter_driver_pyserial.driver.PySerial\n    config:\n      ${key}: |`;
    expect(labels(config("check_present"))).toEqual(["true", "false"]);
    expect(labels(config("url"))).toEqual(["/dev/ttyUSB0", "loop://"]);
    expect(labels(config("log_level"))).toEqual(["DEBUG", "INFO"]);
    expect(labels("hooks:\n  afterLease:\n    onFailure: |")).toEqual(["warn", "endLease", "exit"]);
  });

  it("knows what j can drive, in a script", () => {
    expect(
      labels("hooks:\n  beforeLease:\n    script: |\n      x".replace("|", "").replace("x", "j |")),
    ).toEqual(["board", "serial"]);
    expect(labels("motd: x\n# j |")).toEqual([]);
  });

  it("replaces the word that was begun, quotes aside", () => {
    const text = 'export:\n  a:\n    ref: "bo';
    expect(suggestionsAt(text, text.length, known)?.from).toBe(text.length - 2);
  });

  it("suggests nothing where anything may stand", () => {
    for (const text of ["export:\n  a:\n    description: some |", "# |", "metadata:\n  name: |", "a: [|"]) {
      expect(labels(text), text).toEqual([]);
    }
  });
});

describe("explanationAt()", () => {
  const text =
    "export:\n  a:\n    type: jumpstarter_driver_pyserial.driver.PySerial # it\n    config:\n      baudrate: 9600\n  b:\n    type: jumpstarter_driver_network.driver.TcpNetwork\n  c:\n    color: red\n";
  const at = (word: string): string | undefined => explanationAt(text, text.indexOf(word) + 2, known);

  it("says what a setting is, its range and what it is when left out", () => {
    expect(at("baudrate")).toBe("About baudrate. A whole number from 1 to 50000000. Default: 115200.");
  });

  it("says what a driver is, or why it does not run here", () => {
    expect(at("type")).toMatch(/^Serial port\. .*Needs a serial port\.$/);
    expect(explanationAt(text, text.indexOf("TcpNetwork"), known)).toMatch(/cannot open TCP sockets/);
  });

  it("says nothing of what nobody knows", () => {
    expect(at("color")).toBeUndefined();
    expect(explanationAt("", 0, known)).toBeUndefined();
  });
});
