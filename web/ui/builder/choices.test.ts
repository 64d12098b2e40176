import { describe, expect, it } from "vitest";
import { addDriver } from "../../config/edit-config.ts";
import { type Outline, readOutline } from "../../config/outline.ts";
import { sampleCatalogue } from "../testing/sample-catalogue.ts";
import { additionFor, type Choice, findChoices, needsText, refTargets } from "./choices.ts";

const EMPTY = outlineOf("export: {}\n");
const BENCH = outlineOf(
  "export:\n  console: {type: jumpstarter_driver_pyserial.driver.PySerial}\n  board: {type: jumptab.simulator.DemoBoard}\n  power: {ref: board.power}\n",
);

describe("findChoices()", () => {
  it("lists by category what can be added, and nothing that cannot", () => {
    expect(titles(findChoices(sampleCatalogue, "", undefined))).toEqual([
      "Mock power switch",
      "Serial port",
      "ESP32 flasher",
      "Group",
      "Demo board",
      "Alias",
    ]);
    expect(titles(findChoices(sampleCatalogue, "", "serial"))).toEqual(["Serial port"]);
  });

  it("finds by any word of title, class or summary, the nearest first", () => {
    expect(titles(findChoices(sampleCatalogue, "pyser", undefined))).toEqual(["Serial port"]);
    expect(titles(findChoices(sampleCatalogue, "serial", undefined))[0]).toBe("Serial port");
    expect(titles(findChoices(sampleCatalogue, "FLASHER esp", undefined))).toEqual(["ESP32 flasher"]);
    expect(findChoices(sampleCatalogue, "nothing like it", undefined)).toEqual([]);
  });

  it("finds what does not run here, with the reason", () => {
    expect(findChoices(sampleCatalogue, "tcpnetwork", undefined)).toEqual([
      { kind: "absent", driver: sampleCatalogue.absent[0] },
    ]);
  });
});

describe("additionFor()", () => {
  it("writes what the driver cannot do without", () => {
    expect(additionFor(choice("Serial port"), sampleCatalogue, EMPTY, [])).toEqual({
      name: "serial",
      driver: { type: "jumpstarter_driver_pyserial.driver.PySerial", config: { url: "/dev/ttyUSB0" } },
    });
  });

  it("gives a driver the child that it needs: one that is there, else a new one", () => {
    const flasher = choice("ESP32 flasher");
    expect(additionFor(flasher, sampleCatalogue, BENCH, [])).toMatchObject({
      driver: { children: { serial: { ref: "console" } } },
    });
    const fresh = additionFor(flasher, sampleCatalogue, EMPTY, []);
    expect(fresh).toMatchObject({ driver: { children: { serial: { config: { url: "/dev/ttyUSB0" } } } } });
    const added = typeof fresh === "string" ? undefined : addDriver("", [], fresh.name, fresh.driver);
    expect(added?.ok && outlineOf(added.text).drivers[0]?.children).toMatchObject([{ name: "serial" }]);
  });

  it("names a child as its parent looks for it", () => {
    const inside = outlineOf("export: {f: {type: jumpstarter_driver_esp32.driver.Esp32Flasher}}\n");
    expect(additionFor(choice("Serial port"), sampleCatalogue, inside, ["f"])).toMatchObject({
      name: "serial",
    });
  });

  it("makes an alias of what has no short name yet", () => {
    expect(additionFor({ kind: "alias" }, sampleCatalogue, BENCH, [])).toEqual({
      name: "serial",
      driver: { ref: "board.serial" },
    });
    expect(additionFor({ kind: "alias" }, sampleCatalogue, EMPTY, [])).toMatch(/add one first/);
  });

  it("says why what is not here cannot be added", () => {
    const [absent] = findChoices(sampleCatalogue, "tcpnetwork", undefined);
    expect(absent && additionFor(absent, sampleCatalogue, EMPTY, [])).toMatch(/cannot open TCP sockets/);
  });
});

it("a ref may name what is there, and what drivers bring themselves", () => {
  expect(refTargets(BENCH, sampleCatalogue)).toEqual(["console", "board", "board.power", "board.serial"]);
});

it("what a driver needs is one line", () => {
  const texts = sampleCatalogue.drivers.map((driver) => needsText(driver));
  expect(texts).toContain("Needs a serial port.");
  expect(texts).toContain('Needs a child "serial".');
  expect(texts).toContain("Needs nothing. Brings power, serial.");
});

function outlineOf(text: string): Outline {
  const read = readOutline(text);
  if (!read.ok) throw new Error(read.reason);
  return read.outline;
}

function titles(choices: readonly Choice[]): readonly string[] {
  return choices.map((one) =>
    one.kind === "driver" ? one.driver.title : one.kind === "alias" ? "Alias" : one.driver.type,
  );
}

function choice(title: string): Choice {
  const driver = sampleCatalogue.drivers.find((one) => one.title === title);
  if (driver === undefined) throw new Error(title);
  return { kind: "driver", driver };
}
