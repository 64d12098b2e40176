import { describe, expect, it } from "vitest";
import { judgeImport, judgeWords } from "./import-rules.ts";

const ALLOWED: readonly (readonly [file: string, specifier: string, kind?: "type"])[] = [
  ["proto/tunnel/frame.ts", "./limits.ts"],
  ["drivers/pyserial/driver.ts", "../base/driver.ts"],
  ["drivers/pyserial/driver.ts", "valibot"],
  ["drivers/pyserial/driver.test.ts", "../simulation/fake-serial.ts"],
  ["drivers/pyserial/driver.test.ts", "../testing/create-driver.ts"],
  ["drivers/pyserial/driver.test.ts", "vitest"],
  ["drivers/registry.ts", "./pyserial/driver.ts"],
  ["web/exporter/report.ts", "../../proto/gen/jumpstarter/v1/jumpstarter_pb.ts"],
  ["web/exporter/report.ts", "@connectrpc/connect"],
  ["web/exporter/report.ts", "@connectrpc/connect/protocol"],
  ["web/hooks/interpreter.ts", "just-bash/browser"],
  ["web/hooks/interpreter.ts", "../exporter/script-runner.ts", "type"],
  ["web/config/fields.ts", "../exporter/config.ts", "type"],
  ["web/j/j-tree.ts", "../exporter/driver-instance.ts", "type"],
  ["web/j/run-j.test.ts", "../../drivers/commands.ts"],
  ["web/j/testing/bench.ts", "../../../drivers/registry.ts"],
  ["web/worker/exporter-host.ts", "../../drivers/commands.ts"],
  ["web/ui/card/card.ts", "lit/decorators.js"],
  ["web/ui/card/card.ts", "../model.ts"],
  ["web/ui/model.ts", "../../drivers/base/json.ts", "type"],
  ["web/worker.ts", "../drivers/registry.ts"],
  ["relay/listen.ts", "node:http2"],
  ["relay/listen.ts", "@connectrpc/connect"],
  ["relay/access/passphrase.ts", "../logging.ts"],
];

const REFUSED: readonly (readonly [file: string, specifier: string, kind?: "type"])[] = [
  ["proto/tunnel/frame.ts", "../gen/jumpstarter/v1/jumpstarter_pb.ts"],
  ["proto/tunnel/frame.ts", "node:buffer"],
  ["drivers/pyserial/driver.ts", "../power/driver.ts"],
  ["drivers/pyserial/driver.ts", "../simulation/fake-serial.ts"],
  ["drivers/pyserial/driver.ts", "../../proto/tunnel/index.ts"],
  ["drivers/pyserial/driver.ts", "../../proto/tunnel/types.ts", "type"],
  ["drivers/pyserial/driver.ts", "lit"],
  ["drivers/pyserial/driver.ts", "vitest"],
  ["drivers/base/driver.ts", "../pyserial/driver.ts"],
  ["web/exporter/report.ts", "../ui/model.ts", "type"],
  ["web/exporter/report.ts", "../../drivers/pyserial/driver.ts"],
  ["web/exporter/report.test.ts", "../ui/model.ts"],
  ["web/exporter/report.ts", "idb"],
  ["web/exporter/hook.ts", "just-bash/browser"],
  ["web/hooks/interpreter.ts", "../exporter/exporter.ts"],
  ["web/j/run-j.ts", "../../drivers/commands.ts"],
  ["web/j/run-j.ts", "../exporter/exporter.ts", "type"],
  ["web/ui/card/card.ts", "../../exporter/index.ts"],
  ["web/ui/card/card.ts", "../../../proto/tunnel/index.ts"],
  ["web/ui/model.ts", "../../drivers/base/json.ts"],
  ["web/config/fields.ts", "../exporter/exporter.ts"],
  ["web/worker.ts", "../drivers/pyserial/driver.ts"],
  ["relay/listen.ts", "../drivers/base/json.ts", "type"],
  ["relay/listen.ts", "../web/messages.ts"],
  ["relay/listen.ts", "express"],
  ["relay/listen.ts", "wsx"],
];

describe("judgeImport()", () => {
  for (const [file, specifier, kind] of ALLOWED) {
    it(`lets ${file} import ${specifier}`, () => {
      expect(judgeImport(file, { specifier, kind: kind ?? "static" })).toBeUndefined();
    });
  }
  for (const [file, specifier, kind] of REFUSED) {
    it(`refuses that ${file} imports ${kind === undefined ? "" : "the types of "}${specifier}`, () => {
      expect(judgeImport(file, { specifier, kind: kind ?? "static" })).toEqual(expect.any(String));
    });
  }
  it("refuses a folder that no rule is about", () => {
    expect(judgeImport("stuff/a.ts", { specifier: "./b.ts", kind: "static" })).toContain("no rule");
  });
});

describe("judgeWords()", () => {
  it("refuses navigator in a driver and in the UI, with its line", () => {
    const words = new Map([["navigator", 7]]);
    expect(judgeWords("drivers/pyserial/driver.ts", words)).toMatchObject([{ line: 7, word: "navigator" }]);
    expect(judgeWords("web/ui/app.ts", words)).toHaveLength(1);
  });
  it("lets the entry files, the relay and tests say it", () => {
    const words = new Map([["navigator", 7]]);
    for (const file of ["web/main.ts", "relay/main.ts", "drivers/pyserial/driver.test.ts"]) {
      expect(judgeWords(file, words)).toEqual([]);
    }
  });
});
