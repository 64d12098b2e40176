import { describe, expect, it } from "vitest";
import { catalogue } from "../../drivers/registry.ts";
import { checkExporterConfig } from "../config/check-exporter-config.ts";
import { type Board, boardOf } from "./board.ts";
import { boardConfig } from "./board-yaml.ts";
import type { DriverKind } from "./fitting-drivers.ts";

const CP2102 = boardOf("serial", { usbVendorId: 0x10c4, usbProductId: 0xea60 });
const PICO = boardOf("serial", { usbVendorId: 0x2e8a, usbProductId: 0x000a });
const BOOTSEL = boardOf("usb", { usbVendorId: 0x2e8a, usbProductId: 0x0003 });
const PROBE = boardOf("serial", { usbVendorId: 0x0d28, usbProductId: 0x0204 });
const PROBE_ON_USB = boardOf("usb", { usbVendorId: 0x0d28, usbProductId: 0x0204 });
const STRANGER = boardOf("serial", { usbVendorId: 0x1234, usbProductId: 0xabcd });
const ON_BOARD = boardOf("serial", {});

describe("the configuration of a board", () => {
  for (const [board, wanted, drivers, paths] of [
    [CP2102, [], ["serial"], ["serial"]],
    [CP2102, ["esp32"], ["serial", "esp32"], ["serial"]],
    [PICO, ["console", "pico"], ["serial", "pico"], ["serial"]],
    [BOOTSEL, ["pico"], ["pico"], ["pico"]],
    [PROBE, ["probe"], ["serial", "probe"], ["serial"]],
    [PROBE_ON_USB, ["probe"], ["probe"], ["probe"]],
    [STRANGER, [], ["serial"], ["serial"]],
    [ON_BOARD, [], ["serial"], ["serial"]],
  ] satisfies [Board, DriverKind[], string[], string[]][]) {
    it(`${board.name} by ${board.via} with ${wanted.join(" and ") || "what it needs"} starts without a problem`, async () => {
      const config = boardConfig('a "b": c', board, new Set(wanted));
      const check = await checkExporterConfig(config.yaml, catalogue);
      expect(check).toMatchObject({ problems: [], startable: true, name: 'a "b": c' });
      expect(check.config?.children.map(({ name }) => name)).toEqual(drivers);
      expect(config.paths).toEqual(paths);
    });
  }

  it("finds an adapter by its ids, and says in the description what it is", () => {
    const { yaml } = boardConfig("bench", CP2102, new Set());
    expect(yaml).toContain('url: "hwgrep://10c4:ea60"');
    expect(yaml).toContain('description: "CP2102 USB-serial 10c4:ea60"');
    expect(boardConfig("bench", STRANGER, new Set()).yaml).toContain('description: "USB serial 1234:abcd"');
  });

  it("names a port that is not on USB by a path, which is chosen by hand", () => {
    expect(boardConfig("bench", ON_BOARD, new Set()).yaml).toContain('url: "/dev/ttyS0"');
  });
});
