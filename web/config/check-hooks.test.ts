import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../drivers/base/catalogue.ts";
import { defineDriver } from "../../drivers/base/driver.ts";
import { checkExporterConfig } from "./check-exporter-config.ts";

const CATALOGUE: Catalogue = {
  available: ["test.Power"],
  find: (type) =>
    type === "test.Power"
      ? {
          kind: "available",
          summary: type,
          load: () =>
            Promise.resolve(
              defineDriver({
                type,
                summary: type,
                config: v.object({}),
                create: () => Promise.reject(new Error("nothing is started by a check")),
              }),
            ),
        }
      : undefined,
};

const HEAD = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata: {name: bench}
export: {power: {type: test.Power}}
`;

const FILES = {
  "switch on": "j power on\n",
  "./hooks/on.sh": "j power on\n",
  "empty.sh": " \n",
  "on.py": "print(1)",
};

function check(hooks: string) {
  return checkExporterConfig(`${HEAD}${hooks}`, CATALOGUE, FILES);
}

describe("hooks of an ExporterConfig", () => {
  it("are read with what they leave out", async () => {
    const { config, problems } = await check("hooks:\n  beforeLease: {script: j power on}\n");
    expect(problems).toEqual([]);
    expect(config?.hooks).toEqual({
      beforeLease: { script: "j power on", timeoutMs: 120_000, onFailure: "warn", line: 6 },
      afterLease: undefined,
    });
  });

  it("are read in both spellings", async () => {
    const { config, problems } = await check(
      "hooks:\n  before_lease: {script: a b, exec_: bash, timeout: 5, on_failure: endLease}\n  after_lease: {script: c d, exec: /bin/sh, onFailure: exit}\n",
    );
    expect(problems).toEqual([]);
    expect(config?.hooks).toEqual({
      beforeLease: { script: "a b", timeoutMs: 5000, onFailure: "endLease", line: 6 },
      afterLease: { script: "c d", timeoutMs: 120_000, onFailure: "exit", line: 7 },
    });
  });

  it("keep the text of a script as it is", async () => {
    const { config } = await check(
      "hooks:\n  afterLease:\n    script: |\n      if true; then\n        j power off\n      fi\n",
    );
    expect(config?.hooks.afterLease?.script).toBe("if true; then\n  j power off\nfi\n");
  });

  for (const exec of ["/bin/bash", "/bin/sh", "bash", "sh"]) {
    it(`run with exec ${exec}`, async () => {
      const { config, problems } = await check(`hooks:\n  beforeLease: {script: echo x, exec: ${exec}}\n`);
      expect(problems).toEqual([]);
      expect(config?.hooks.beforeLease).toBeDefined();
    });
  }

  for (const [what, script] of [
    ["of one word that is a command", "date"],
    ["with a path that is more than a file's name", "cat /etc/hostname"],
    ["of several lines", "|\n      cd /tmp\n      ./x.sh"],
  ] as const) {
    it(`take a script ${what} as a script`, async () => {
      const { config, problems } = await check(`hooks:\n  beforeLease:\n    script: ${script}\n`);
      expect(problems).toEqual([]);
      expect(config?.hooks.beforeLease).toBeDefined();
    });
  }

  it("take the text of a file that came with the configuration", async () => {
    const { config, problems } = await check("hooks:\n  beforeLease: {script: ./hooks/on.sh}\n");
    expect(problems).toEqual([]);
    expect(config?.hooks.beforeLease?.script).toBe("j power on\n");
  });

  it("take the text of a file whatever its name looks like, and Python's under another interpreter", async () => {
    const { config, problems } = await check(
      "hooks:\n  beforeLease: {script: switch on}\n  afterLease: {script: on.py, exec: bash}\n",
    );
    expect(problems).toEqual([]);
    expect(config?.hooks.beforeLease?.script).toBe("j power on\n");
    expect(config?.hooks.afterLease?.script).toBe("print(1)");
  });

  for (const script of ['""', '"  "', "empty.sh"]) {
    it(`are none where the script is ${script}`, async () => {
      const { config, problems } = await check(`hooks:\n  beforeLease: {script: ${script}}\n`);
      expect(problems).toEqual([]);
      expect(config?.hooks.beforeLease).toBeUndefined();
    });
  }

  for (const [what, hook, reason, cure] of [
    ["Python by exec", "{script: x = 1, exec: python3}", 'no "python3"', "pytest fixture"],
    ["another interpreter", "{script: puts 1, exec: /usr/bin/ruby}", 'no "/usr/bin/ruby"', "exec: /bin/bash"],
    ["a Python file", "{script: on.py}", '"on.py" is Python', "Python exporter"],
    ["a Python file that came along", "{script: ./on.py}", "is Python", "Python exporter"],
    [
      "a file that is not there",
      "{script: /opt/hooks/off.sh}",
      'cannot read the file "/opt/hooks/off.sh"',
      "script: |",
    ],
    ["a file with the name of an inherited property", "{script: ./constructor}", "cannot read", "script: |"],
  ] as const) {
    it(`leave out ${what}, with the reason and the cure, and the rest runs`, async () => {
      const { config, problems } = await check(`hooks:\n  beforeLease: ${hook}\n`);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ severity: "warning", line: 6 });
      expect(problems[0]?.message).toContain('"beforeLease" is left out');
      expect(problems[0]?.message).toContain(reason);
      expect(problems[0]?.message).toContain(cure);
      expect(config?.hooks.beforeLease).toBeUndefined();
    });
  }

  it("take a timeout in quotes as the number that it is", async () => {
    const { config, problems } = await check('hooks:\n  afterLease: {script: x y, timeout: "5"}\n');
    expect(problems).toEqual([]);
    expect(config?.hooks.afterLease?.timeoutMs).toBe(5000);
  });

  for (const [timeout, severity, text] of [
    ["0", "error", "at least 1"],
    ["-5", "error", "at least 1"],
    ["1.5", "error", "whole seconds"],
    ["2 min", "error", "whole seconds"],
    ["null", "error", "whole seconds"],
    ["[1]", "error", "whole seconds"],
    ["99999999", "warning", "counts as 3600"],
    ["3601", "warning", "counts as 3600"],
  ] as const) {
    it(`say what is wrong with a timeout of ${timeout}`, async () => {
      const { config, problems } = await check(
        `hooks:\n  afterLease:\n    script: x y\n    timeout: ${timeout}\n`,
      );
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ severity, line: 8 });
      expect(problems[0]?.message).toContain(text);
      expect(config?.hooks.afterLease?.timeoutMs).toBe(severity === "warning" ? 3_600_000 : undefined);
    });
  }

  it("say so when both spellings of a name are there", async () => {
    const { config, problems } = await check(
      "hooks:\n  beforeLease: {script: a b}\n  before_lease: {script: c d}\n",
    );
    expect(problems).toMatchObject([{ severity: "warning", line: 7 }]);
    expect(config?.hooks.beforeLease?.script).toBe("a b");
  });
});
