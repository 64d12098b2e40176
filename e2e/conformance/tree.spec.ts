/**
 * Conformance T: the report, and the tree of commands that clients make of it.
 * Below: test.ts.
 */

import { fileURLToPath } from "node:url";
import { foreignBench } from "../support/benches.ts";
import { expect, test } from "./test.ts";

const PACKAGES = fileURLToPath(new URL("../python/packages", import.meta.url));

test("T01 j --help lists every driver @both", async ({ jumpstarter }) => {
  const { code, stdout } = await jumpstarter.j("--help");
  expect(code).toBe(0);
  for (const name of ["power", "serial", "slow", "con", "net", "lab", "vm", "board"]) {
    expect(stdout).toMatch(new RegExp(`^ +${name}\\b`, "m"));
  }
});

test("T02 a description and the descriptions of methods show in the help", async ({ jumpstarter }) => {
  const { stdout: root } = await jumpstarter.j("--help");
  expect(root).toContain("The bench of the conformance suite");
  expect(root).toMatch(/power +Mains of the bench/);
  const { stdout: power } = await jumpstarter.j("power --help");
  expect(power).toContain("Mains of the bench");
  expect(power).toMatch(/on +Let there be power/);
});

test.describe("with a client class that is nowhere", () => {
  test.use({ bench: foreignBench("nobody", "nope.client.X") });

  test("T04 a driver whose client class is nowhere is left out with a warning, the others work @both", async ({
    jumpstarter,
    py,
    traits,
  }) => {
    const { code, output } = await jumpstarter.shell(["j", "--help"]);
    expect(output).toContain("Driver client 'nope.client.X' is not available.");
    if (traits.leavesOutMissingClasses) {
      expect(code).toBe(0);
      expect(output).not.toMatch(/^ +nobody\b/m);
      expect(output).toMatch(/^ +power\b/m);
    } else {
      expect(code).toBe(1);
      expect(output).toContain("Driver 'nope.client.X' is not installed.");
    }
    expect(await py(`result = [client.power.on(), len(list(client.power.read()))]`)).toEqual([null, 2]);
  });
});

test("T05 a driver inside a composite has its own command", async ({ jumpstarter, exporterPage }) => {
  expect(await jumpstarter.j("board power on")).toMatchObject({ code: 0 });
  await exporterPage.expectPower("board.power", "on");
});

test("T07 labels of the configuration reach the client", async ({ py }) => {
  const labels = await py("result = dict(client.power.labels)");
  expect(labels).toMatchObject({
    "example.com/rack": "r2-d2",
    "jumpstarter.dev/name": "power",
    "jumpstarter.dev/client": "jumpstarter_driver_power.client.PowerClient",
  });
});

test("T08 the report has parents first, one root, uuids, and the labels that clients need @wire", async ({
  raw,
}) => {
  const report = (await raw(`
    report = exporter.GetReport(empty, metadata=key)
    result = [
        {"uuid": str(uuid.UUID(node.uuid)), "as_sent": node.uuid, "parent": node.parent_uuid,
         "has_parent": node.HasField("parent_uuid"), "labels": dict(node.labels)}
        for node in report.reports
    ]
    uuid.UUID(report.uuid)
  `)) as unknown as {
    uuid: string;
    as_sent: string;
    parent: string;
    has_parent: boolean;
    labels: Record<string, string>;
  }[];
  const roots = report.filter(({ has_parent, parent }) => !has_parent || parent === "");
  expect(roots).toHaveLength(1);
  const seen = new Set<string>();
  for (const { uuid, as_sent, parent, has_parent, labels } of report) {
    expect(as_sent).toBe(uuid);
    expect(labels["jumpstarter.dev/client"]).toMatch(/^[\w.]+\.\w+$/);
    if (has_parent) {
      expect(seen, "a parent comes before its children").toContain(parent);
      expect(labels["jumpstarter.dev/name"]).not.toBe("");
    }
    seen.add(uuid);
  }
});

test.describe("with a client class from somebody else's package", () => {
  test.use({ bench: foreignBench("blinker", "jumptab_example.client.BlinkerClient") });

  test("T10 a client class from somebody else's package brings its commands @both", async ({
    jumpstarter,
  }) => {
    const set = { PYTHONPATH: PACKAGES };
    const { stdout: help } = await jumpstarter.j("--help", { set });
    expect(help).toMatch(/blinker +A lamp that blinks/);
    expect(await jumpstarter.j("blinker blink 3", { set })).toMatchObject({
      code: 0,
      stdout: "blinked 3 times\n",
    });
    expect(await jumpstarter.j("blinker blink", { set })).toMatchObject({
      code: 0,
      stdout: "blinked 4 times\n",
    });
  });
});
