import { describe, expect, it } from "vitest";
import { catalogue } from "../../drivers/registry.ts";
import { checkExporterConfig } from "./check-exporter-config.ts";
import { demoBoardWithFilesYaml, demoBoardWithHooksYaml, demoBoardYaml } from "./examples.ts";
import { toJson } from "./fields.ts";
import { Problems } from "./problems.ts";
import { readYaml } from "./yaml-tree.ts";

function parse(yaml: string): unknown {
  const problems = new Problems();
  const tree = readYaml(yaml, problems);
  expect(problems.list()).toEqual([]);
  return tree === undefined ? undefined : toJson(tree);
}

describe("demoBoardYaml()", () => {
  it("puts power and serial at the top, so that short commands work", () => {
    expect(parse(demoBoardYaml("demo"))).toMatchObject({
      apiVersion: "jumpstarter.dev/v1alpha1",
      kind: "ExporterConfig",
      metadata: { name: "demo" },
      export: {
        board: { type: "jumptab.simulator.DemoBoard" },
        power: { ref: "board.power" },
        serial: { ref: "board.serial" },
      },
    });
  });

  for (const name of [
    "on",
    "12",
    'a "b"',
    "a: b # c",
    "x\ny",
    "Плата",
    "\u2028\ufeff\x7f",
    "\\u0041",
    "*a",
  ]) {
    it(`keeps the name ${JSON.stringify(name)}`, () => {
      expect(parse(demoBoardYaml(name))).toMatchObject({ metadata: { name } });
    });
  }
});

describe("demoBoardWithHooksYaml()", () => {
  it("switches the board on before each session, and off after it", () => {
    expect(parse(demoBoardWithHooksYaml("demo"))).toMatchObject({
      metadata: { name: "demo" },
      hooks: {
        beforeLease: { script: expect.stringContaining("j power on\n"), onFailure: "endLease" },
        afterLease: { script: expect.stringContaining("j power off\n"), onFailure: "warn" },
      },
    });
  });
});

describe("demoBoardWithFilesYaml()", () => {
  it("has a drive and a chip, under short names too", () => {
    expect(parse(demoBoardWithFilesYaml("demo"))).toMatchObject({
      metadata: { name: "demo" },
      export: {
        board: { config: { storage: true, esp32: true } },
        storage: { ref: "board.storage" },
        esp32: { ref: "board.esp32" },
      },
    });
  });
});

describe("the page's own configurations", () => {
  for (const yaml of [
    demoBoardYaml("demo"),
    demoBoardWithHooksYaml("demo"),
    demoBoardWithFilesYaml("demo"),
  ]) {
    it(`start with the drivers there are, without a problem: ${yaml.split("\n").at(-2)?.trim()}`, async () => {
      expect(await checkExporterConfig(yaml, catalogue)).toMatchObject({ problems: [], startable: true });
    });
  }
});
