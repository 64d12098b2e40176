import { describe, expect, it } from "vitest";
import { argumentsFor, type FileAbilities, fileAbilities } from "./file-abilities.ts";

const FLASHER = "jumpstarter_driver_opendal.client.FlasherClient";
const MUX = "jumpstarter_driver_opendal.client.StorageMuxClient";
const MUX_FLASHER = "jumpstarter_driver_opendal.client.StorageMuxFlasherClient";
const ESP32 = "jumpstarter_driver_esp32.client.Esp32FlasherClient";
const PICO = "jumpstarter_driver_pi_pico.client.PiPicoClient";
const STLINK = "jumpstarter_driver_stlink_msd.client.StlinkMsdFlasherClient";
const PROBE = "jumpstarter_driver_probe_rs.client.ProbeRsClient";

function of(clientClass: string, calls: string): FileAbilities {
  const abilities = fileAbilities({ clientClass, calls: calls.split(" ") });
  if (abilities === undefined) throw new Error(`${clientClass} can do nothing with files`);
  return abilities;
}

describe("fileAbilities()", () => {
  it("flashes and dumps a partition, whoever's client it is", () => {
    for (const client of [FLASHER, "jumpstarter.client.flasher.FlasherClient", "somebody.else.Client"]) {
      const { send, fetch, sides, tools } = of(client, "flash dump");
      expect(send).toMatchObject({ method: "flash", target: { field: { label: "Partition", initial: "" } } });
      expect(fetch).toMatchObject({ method: "dump", target: { field: { label: "Partition" } } });
      expect([sides, tools]).toEqual([[], []]);
    }
  });

  it("leaves the sides of a storage mux to the person", () => {
    const { send, fetch, sides } = of(MUX, "host dut off write read");
    expect(send).toEqual({ method: "write", target: { kind: "none" }, around: undefined });
    expect(fetch).toEqual({ method: "read", target: { kind: "none" }, around: undefined });
    expect(sides.map(({ method }) => method)).toEqual(["host", "dut", "off"]);
  });

  it("switches a storage mux that flashes to the host and back, as its client does", () => {
    const { send, fetch } = of(MUX_FLASHER, "host dut off write read");
    const around = { before: "host", after: "dut" };
    expect(send).toMatchObject({ method: "write", around });
    expect(fetch).toMatchObject({ method: "read", around });
  });

  it("asks for an address in an ESP32, and for what its client can do", () => {
    const { send, fetch, tools } = of(ESP32, "flash dump get_chip_info erase hard_reset enter_bootloader");
    expect(send.target).toMatchObject({ field: { label: "Address", initial: "0x0" } });
    expect(fetch?.target).toMatchObject({ field: { initial: "0x0:0x400000" } });
    expect(tools.map(({ method }) => method)).toEqual([
      "get_chip_info",
      "enter_bootloader",
      "hard_reset",
      "erase",
    ]);
    expect(tools.filter(({ danger }) => danger !== undefined).map(({ method }) => method)).toEqual(["erase"]);
  });

  it("asks nothing for a Pico, and does not offer what it cannot: a dump", () => {
    const { send, fetch, tools } = of(PICO, "flash dump bootloader_info enter_bootloader");
    expect(send.target).toEqual({ kind: "default" });
    expect(fetch).toBeUndefined();
    expect(tools.map(({ label }) => label)).toEqual(["Boot loader info", "Enter boot loader"]);
  });

  it("gives an ST-LINK the file's own name", () => {
    const { send, fetch } = of(STLINK, "flash dump info");
    expect(argumentsFor(send.target, "", "app.hex")).toEqual(["app.hex"]);
    expect(fetch).toBeUndefined();
  });

  it("does not take a probe's reading of memory for a file", () => {
    const { send, fetch, sides } = of(PROBE, "info reset_target erase download read");
    expect(send).toMatchObject({ method: "download", target: { kind: "none" } });
    expect(fetch).toBeUndefined();
    expect(sides).toEqual([]);
  });

  it("knows what has nothing to do with files", () => {
    for (const calls of [["on", "off"], ["read"], ["write"], ["open", "file_write", "stat"], []]) {
      expect(fileAbilities({ clientClass: "x.y.Client", calls })).toBeUndefined();
    }
  });
});

describe("argumentsFor()", () => {
  it("says null for a field that was left empty, and what was typed otherwise", () => {
    const { send } = of(ESP32, "flash");
    expect(argumentsFor(send.target, "  ", "a.bin")).toEqual([null]);
    expect(argumentsFor(send.target, " 0x10000 ", "a.bin")).toEqual(["0x10000"]);
  });

  it("gives methods without a second argument none", () => {
    expect(argumentsFor({ kind: "none" }, "ignored", "a.bin")).toEqual([]);
    expect(argumentsFor({ kind: "default" }, "ignored", "a.bin")).toEqual([null]);
  });
});
