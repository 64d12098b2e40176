import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { Catalogue, CatalogueEntry } from "../../drivers/base/catalogue.ts";
import { defineDriver } from "../../drivers/base/driver.ts";
import type { ConfigNode } from "../exporter/config.ts";
import type { ConfigProblem } from "../messages.ts";
import { checkExporterConfig } from "./check-exporter-config.ts";
import { MAX_DRIVERS } from "./drafts.ts";
import { MAX_PROBLEMS } from "./problems.ts";

const COMPOSITE = "jumpstarter_driver_composite.driver.Composite";
const POWER = "jumpstarter_driver_power.driver.MockPower";
const SERIAL = "jumpstarter_driver_pyserial.driver.PySerial";
const BOARD = "jumptab.simulator.DemoBoard";
const LENIENT = "example.Lenient";

const SCHEMAS: Readonly<Record<string, v.GenericSchema>> = {
  [COMPOSITE]: v.strictObject({}),
  [POWER]: v.strictObject({}),
  [BOARD]: v.strictObject({}),
  [SERIAL]: v.strictObject({
    url: v.string(),
    baudrate: v.optional(v.pipe(v.number(), v.minValue(1, "write a baud rate of at least 1")), 115_200),
    cps: v.nullish(v.number()),
    check_present: v.optional(v.boolean()),
    ranges: v.optional(v.array(v.strictObject({ from: v.number() }))),
  }),
  [LENIENT]: v.object({ host: v.string() }),
};

/** A TCP address is fine for Python, and nothing for a page. */
const impossible = (config: unknown) =>
  v.is(v.object({ url: v.pipe(v.string(), v.startsWith("socket://")) }), config)
    ? { key: "url", reason: "a page cannot open TCP sockets: use the Python exporter" }
    : undefined;

const OTHERS: Readonly<Record<string, CatalogueEntry>> = {
  "jumpstarter_driver_tftp.driver.Tftp": {
    kind: "impossible",
    reason: "a page cannot serve TFTP; run it with the Python exporter.",
  },
  "jumpstarter_driver_yepkit.driver.Ykush": { kind: "planned", reason: "not yet, it comes with WebUSB" },
  "example.Broken": {
    kind: "available",
    summary: "",
    load: () => Promise.reject(new TypeError("Failed to fetch dynamically imported module")),
  },
};

const catalogue: Catalogue = {
  available: Object.keys(SCHEMAS),
  find(type) {
    const config = SCHEMAS[type];
    if (config === undefined) return OTHERS[type];
    const definition = defineDriver({
      type,
      summary: "",
      config,
      ...(type === SERIAL && { impossible }),
      create: () => Promise.reject(new Error("not built here")),
    });
    return { kind: "available", summary: "", load: () => Promise.resolve(definition) };
  },
};

const HEAD = "apiVersion: jumpstarter.dev/v1alpha1\nkind: ExporterConfig\nmetadata: {name: bench}\n";

const check = (yaml: string) => checkExporterConfig(yaml, catalogue);
/** @param yaml The lines below `export:`, from line 5. */
const checkExport = (yaml: string) => check(`${HEAD}export:\n${yaml}`);

type Row = readonly [what: string, yaml: string, line: number, ...fragments: string[]];

function expectProblem(
  problems: readonly ConfigProblem[],
  severity: ConfigProblem["severity"],
  line: number,
  fragments: readonly string[],
): void {
  const found = problems.find(
    (problem) =>
      problem.severity === severity && fragments.every((fragment) => problem.message.includes(fragment)),
  );
  expect(found, JSON.stringify(problems, null, 1)).toBeDefined();
  expect(found?.line).toBe(line);
  // One sentence, with its end.
  expect(found?.message).toMatch(/[.?]$/);
  expect(found?.message).not.toMatch(/[^.]\. [A-Z]/);
}

describe("checkExporterConfig() with a good file", () => {
  it("takes everything over", async () => {
    const { config, problems, startable, name } = await check(`${HEAD}description: A bench
motd: |
  Hello
export:
  board:
    type: ${BOARD}
    description: the board
    methods_description: {"on": "switch on"}
    config: {log_level: DEBUG, labels: {place: desk}, uuid: "{123E4567-E89B-12D3-A456-426614174000}"}
  group:
    children:
      serial: {type: ${SERIAL}, config: {url: "loop://", cps: null}}
      again: {ref: group.serial}
  power: {ref: board.power}
`);
    expect(problems).toEqual([]);
    expect({ startable, name }).toEqual({ startable: true, name: "bench" });
    const plain = {
      config: {},
      description: undefined,
      methodsDescription: {},
      labels: {},
      uuid: undefined,
      logLevel: "INFO",
      children: [],
    };
    expect(config).toEqual({
      name: "bench",
      namespace: undefined,
      description: "A bench",
      motd: "Hello\n",
      hooks: { beforeLease: undefined, afterLease: undefined },
      children: [
        {
          ...plain,
          kind: "driver",
          name: "board",
          type: BOARD,
          description: "the board",
          methodsDescription: { on: "switch on" },
          labels: { place: "desk" },
          uuid: "123e4567-e89b-12d3-a456-426614174000",
          logLevel: "DEBUG",
          line: 8,
        },
        {
          ...plain,
          kind: "driver",
          name: "group",
          type: COMPOSITE,
          line: 13,
          children: [
            {
              ...plain,
              kind: "driver",
              name: "serial",
              type: SERIAL,
              config: { url: "loop://", cps: null },
              line: 15,
            },
            { kind: "proxy", name: "again", target: ["group", "serial"], line: 16 },
          ],
        },
        { kind: "proxy", name: "power", target: ["board", "power"], line: 17 },
      ],
    });
  });

  it("needs neither apiVersion nor kind, as Jumpstarter does", async () => {
    const { startable, problems } = await check(
      `metadata: {name: x, namespace: null}\nexport: {p: {type: ${POWER}}}`,
    );
    expect({ startable, problems }).toEqual({ startable: true, problems: [] });
  });

  it("takes a name as long as the tunnel carries it", async () => {
    const longest = "n".repeat(253);
    const { config } = await check(`metadata: {name: ${longest}}\nexport: {p: {type: ${POWER}}}`);
    expect(config?.name).toBe(longest);
  });

  it("says nothing of what jmp writes out by itself", async () => {
    const { problems } = await check(
      `${HEAD}endpoint: null\ntoken: null\ntls: {ca: "", insecure: false}\ngrpcOptions: {}\nalias: default\nexport: {p: {type: ${POWER}}}`,
    );
    expect(problems).toEqual([]);
  });

  it("follows anchors, aliases and merge keys", async () => {
    const { config, problems } = await checkExport(`  a: &port
    type: ${SERIAL}
    config: &defaults {url: /dev/ttyUSB0, baudrate: 9600}
  b: *port
  c:
    <<: *port
    config: {<<: *defaults, baudrate: 300}
`);
    expect(problems).toEqual([]);
    expect(
      config?.children.map((node) => node.kind === "driver" && [node.config.baudrate, node.line]),
    ).toEqual([
      [9600, 5],
      [9600, 8],
      [300, 9],
    ]);
  });

  it("resolves refs through refs and groups to the driver itself", async () => {
    const { config, problems } = await checkExport(`  a: {ref: c.d}
  b: {ref: a.power}
  c: {children: {d: {type: ${BOARD}}}}
  e: {ref: g.d}
  g: {ref: c}
`);
    expect(problems).toEqual([]);
    const targets = config?.children.flatMap((node: ConfigNode) =>
      node.kind === "proxy" ? [node.target.join(".")] : [],
    );
    expect(targets).toEqual(["c.d", "c.d.power", "c.d", "c"]);
  });
});

const ERRORS: readonly Row[] = [
  ["an empty text", "", 1, "is empty", "apiVersion"],
  ["a text that is no map", "hello", 1, "is a map", 'the text "hello"'],
  ["a list", "- a", 1, "is a map", "a list"],
  ["invalid YAML", "a: [1", 1, "bracket"],
  ["several documents", `${HEAD}---\nfoo: 1`, 4, "second YAML document"],
  ["a wrong apiVersion", "apiVersion: v1\nmetadata: {name: x}", 1, "apiVersion: jumpstarter.dev/v1alpha1"],
  ["a wrong kind", "kind: ClientConfig\nmetadata: {name: x}", 1, "kind: ExporterConfig"],
  ["a kind that is null", "metadata: {name: x}\nkind:", 2, "is empty", "kind: ExporterConfig"],
  ["missing metadata", "export: {}", 1, '"metadata" is missing'],
  ["metadata that is no map", "metadata: bench", 1, '"metadata" must be a map'],
  ["bare metadata", "kind: ExporterConfig\nmetadata:\n", 2, '"metadata" must be a map'],
  ["a missing name", "metadata: {}", 1, '"name" in "metadata" is missing'],
  ["an empty name", "metadata:\n  name: ''", 2, '"name" in "metadata" is empty'],
  ["a bare name", "metadata:\n  name:", 2, '"name" in "metadata" is empty', "name: my-board"],
  ["a blank name", "metadata:\n  name: ' '", 2, '"name" in "metadata" is blank', "name: my-board"],
  ["a name that is too long", `metadata:\n  name: ${"n".repeat(254)}`, 2, "254 characters", "at most 253"],
  ["a name of two lines", 'metadata:\n  name: "a\\nb"', 2, "has a line break", "write it without"],
  ["a name that is a number", "metadata:\n  name: 12", 2, "number 12", 'quotes, "12"'],
  ["a name that is a boolean", "metadata:\n  name: on", 2, "boolean true", 'quotes, "on"'],
  [
    "extra keys in metadata",
    "metadata:\n  name: x\n  nmespace: y",
    3,
    'did you mean "namespace"?',
    "remove it",
  ],
  ["a description that is a map", `${HEAD}description: {a: b}`, 4, '"description" must be text', "a map"],
  ["a motd that is a list", `${HEAD}motd: [a]`, 4, '"motd" must be text'],
  ["no export", HEAD, 1, '"export" is missing', "add at least one driver"],
  ["a bare export", `${HEAD}export:`, 4, '"export" is empty', "add at least one driver"],
  ["export: null", `${HEAD}export: null`, 4, '"export" is empty', "add at least one driver"],
  ["an empty export", `${HEAD}export: {}`, 4, '"export" is empty', "add at least one driver"],
  ["an export that is a list", `${HEAD}export:\n  - type: x`, 5, '"export" must be a map of drivers'],
  ["hooks: null", `${HEAD}hooks:`, 4, '"hooks" must be a map'],
  [
    "a hook without script",
    `${HEAD}hooks:\n  beforeLease: {timeout: 3}`,
    5,
    '"script" in "beforeLease" is missing',
  ],
  [
    "a hook with a wrong timeout",
    `${HEAD}hooks:\n  afterLease:\n    script: x\n    timeout: 2 min`,
    7,
    "whole seconds",
  ],
  [
    "a hook with a wrong policy",
    `${HEAD}hooks:\n  afterLease:\n    script: x\n    onFailure: stop`,
    7,
    "warn, endLease or exit",
  ],
  ["a hook that is a text", `${HEAD}hooks:\n  afterLease: echo`, 5, '"afterLease" must be a map'],
];

const EXPORT_ERRORS: readonly Row[] = [
  ["a driver that is null", "  power:\n", 5, '"power" must be a map', "is empty"],
  ["a driver that is a text", `  power: ${POWER}\n`, 5, '"power" must be a map', "type"],
  [
    "a driver twice",
    `  p: {type: ${POWER}}\n  p: {type: ${POWER}}\n`,
    6,
    '"p" is here a second time',
    "line 5",
  ],
  ["a type that is no text", "  p: {type: 12}\n", 5, '"type" of "p"', "number 12"],
  ["a bare type", "  p:\n    type:\n", 6, '"type" of "p"', "is empty"],
  [
    "a config that is a list",
    `  p:\n    type: ${POWER}\n    config: [a]\n`,
    7,
    '"config" of "p" must be a map',
  ],
  [
    "children that are a list",
    `  p:\n    children:\n      - type: ${POWER}\n`,
    7,
    '"children" of "p"',
    'instead of "- "',
  ],
  [
    "a description that is a number",
    `  p:\n    type: ${POWER}\n    description: 5\n`,
    7,
    '"description" of "p"',
    'quotes, "5"',
  ],
  [
    "a method's description that is none",
    `  p:\n    type: ${POWER}\n    methods_description:\n      "on": 1\n`,
    8,
    '"on" in "methods_description"',
    'quotes, "1"',
  ],
  ["an empty name", `  "": {type: ${POWER}}\n`, 5, "name is empty"],
  ["a ref that is no text", "  p: {ref: 12}\n", 5, '"ref" of "p"'],
  ["a ref with an empty name", "  p: {ref: a..b}\n", 5, '"ref" of "p"'],
  ["a ref to nothing", `  power: {type: ${POWER}}\n  p: {ref: pwer}\n`, 6, '"pwer"', 'did you mean "power"?'],
  [
    "a ref to nothing like it",
    `  power: {type: ${POWER}}\n  p: {ref: video}\n`,
    6,
    "is not below",
    'there is "power", "p"',
  ],
  [
    "a ref to nothing in a group",
    `  g: {children: {power: {type: ${POWER}}}}\n  p: {ref: g.powr}\n`,
    6,
    'below "g"',
    'did you mean "g.power"?',
  ],
  [
    "a ref below a typed composite",
    `  g: {type: ${COMPOSITE}, children: {x: {type: ${POWER}}}}\n  p: {ref: g.serial}\n`,
    6,
    'below "g"',
  ],
  ["a ref to itself", "  p: {ref: p}\n", 5, "circle", "p → p"],
  ["a circle of refs", `  a: {ref: b}\n  b: {ref: c}\n  c: {ref: a}\n`, 5, "circle", "a → b → c → a"],
  [
    "a group that contains itself",
    `  g:\n    children:\n      p: {type: ${POWER}}\n      me: {ref: g}\n`,
    8,
    '"g.me" stands inside what it names',
  ],
  [
    "two groups that contain each other",
    `  a: {children: {x: {ref: b}, p: {type: ${POWER}}}}\n  b: {children: {y: {ref: a}}}\n`,
    6,
    "contain itself",
  ],
  [
    "a driver's child that names what the driver brings",
    `  b:\n    type: ${BOARD}\n    children:\n      x: {ref: b.serial}\n`,
    8,
    "contain itself",
  ],
  [
    "an unknown key in config",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: x\n      buadrate: 1\n`,
    9,
    "buadrate",
    'did you mean "baudrate"?',
    "known: url, baudrate",
  ],
  [
    "a second unknown key in config",
    `  s:\n    type: ${SERIAL}\n    config: {url: x, aa1: 1,\n      bb2: 1}\n`,
    8,
    '"bb2" is unknown',
  ],
  [
    "a key for a driver without settings",
    `  p:\n    type: ${POWER}\n    config: {a: 1}\n`,
    7,
    "this driver has no settings",
  ],
  [
    "a missing key",
    `  s:\n    type: ${SERIAL}\n    config: {baudrate: 1}\n`,
    5,
    '"url" in "config" of "s" is missing',
    "must be text",
  ],
  ["a missing config", `  s:\n    type: ${SERIAL}\n`, 5, '"url" in "config" of "s" is missing'],
  [
    "a number in quotes",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: x\n      baudrate: "9600"\n`,
    9,
    '"baudrate"',
    "must be a number",
    'the text "9600"',
  ],
  [
    "a text without quotes",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: 12:30\n`,
    8,
    '"url"',
    "must be text",
    "number 750",
    'quotes, "12:30"',
  ],
  [
    "a bare key that must not be null",
    `  s:\n    type: ${SERIAL}\n    config:\n      url:\n`,
    8,
    '"url"',
    "must be text, and is empty",
  ],
  [
    "a value that the driver refuses in its own words",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: x\n      baudrate: 0\n`,
    9,
    "write a baud rate of at least 1",
  ],
  [
    "a wrong value deep inside",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: x\n      ranges:\n        - from: 1\n        - from: x\n`,
    11,
    '"ranges.1.from"',
    "must be a number",
  ],
  [
    "a missing key deep inside",
    `  s:\n    type: ${SERIAL}\n    config:\n      url: x\n      ranges:\n        - {}\n`,
    9,
    '"ranges.0.from"',
    "is missing",
  ],
  [
    "description in config",
    `  p:\n    type: ${POWER}\n    config:\n      description: x\n`,
    8,
    "does not belong",
    'beside "config:"',
  ],
  [
    "a wrong log level",
    `  p:\n    type: ${POWER}\n    config: {log_level: loud}\n`,
    7,
    '"log_level"',
    "DEBUG",
  ],
  ["labels that are no map", `  p:\n    type: ${POWER}\n    config: {labels: [a]}\n`, 7, '"labels"'],
  [
    "a label that is no text",
    `  p:\n    type: ${POWER}\n    config:\n      labels: {rack: 4}\n`,
    8,
    '"rack"',
    'quotes, "4"',
  ],
  [
    "a malformed uuid",
    `  p:\n    type: ${POWER}\n    config: {uuid: 123}\n`,
    7,
    '"uuid"',
    "32 hexadecimal digits",
  ],
  [
    "a uuid twice",
    `  p: {type: ${POWER}, config: {uuid: 123e4567-e89b-12d3-a456-426614174000}}\n  q: {type: ${POWER}, config: {uuid: 123E4567E89B12D3A456426614174000}}\n`,
    6,
    "also that of the driver on line 5",
  ],
  [
    "a driver whose code does not come",
    "  b: {type: example.Broken}\n",
    5,
    "could not be loaded",
    "reload the page",
  ],
  [
    "nothing that can run here",
    "  t: {type: jumpstarter_driver_tftp.driver.Tftp}\n",
    4,
    'Nothing of "export" can run here',
  ],
  ["only empty groups", "  g: {children: {h: {}}}\n", 4, "only empty groups"],
];

describe("checkExporterConfig() with an error", () => {
  for (const [what, yaml, line, ...fragments] of ERRORS) {
    it(`says what to do about ${what}`, async () => {
      const { problems, startable, config } = await check(yaml);
      expectProblem(problems, "error", line, fragments);
      expect({ startable, config }).toEqual({ startable: false, config: undefined });
    });
  }
  for (const [what, yaml, line, ...fragments] of EXPORT_ERRORS) {
    it(`says what to do about ${what}`, async () => {
      const { problems, startable, config, name } = await checkExport(yaml);
      expectProblem(problems, "error", line, fragments);
      expect({ startable, config, name }).toEqual({ startable: false, config: undefined, name: "bench" });
    });
  }

  it("says one circle once", async () => {
    const { problems } = await checkExport("  a: {ref: b}\n  b: {ref: a}\n");
    expect(problems).toHaveLength(1);
  });

  it("names several things at once", async () => {
    const { problems } = await checkExport(`  s: {type: ${SERIAL}, config: {urll: x}}\n  p: {ref: q}\n`);
    expect(problems.map((problem) => [problem.severity, problem.line])).toEqual([
      ["error", 5],
      ["error", 5],
      ["error", 6],
    ]);
  });

  it("refuses more drivers than a report can hold", async () => {
    const many = Array.from(
      { length: MAX_DRIVERS + 5 },
      (_, index) => `  p${index}: {type: ${POWER}}\n`,
    ).join("");
    const { problems } = await checkExport(many);
    expect(problems).toHaveLength(1);
    expectProblem(problems, "error", 5 + MAX_DRIVERS, [`More than ${MAX_DRIVERS}`]);
  });

  it("refuses refs that repeat refs until the report is too large", async () => {
    const levels = Array.from(
      { length: 20 },
      (_, level) => `  g${level}: {children: {a: {ref: g${level + 1}}, b: {ref: g${level + 1}}}}\n`,
    ).join("");
    const { problems } = await checkExport(`${levels}  g20: {type: ${POWER}}\n`);
    expect(problems).toHaveLength(1);
    expectProblem(problems, "error", 4, ["counting what"]);
  });

  it("keeps the list short, errors first", async () => {
    const unknown = Array.from({ length: MAX_PROBLEMS * 2 }, (_, index) => `zz${index}: 1\n`).join("");
    const { problems, startable } = await check(
      `${unknown}metadata: {name: 1}\nexport: {p: {type: ${POWER}}}`,
    );
    expect(problems).toHaveLength(MAX_PROBLEMS);
    expect(problems.filter((problem) => problem.severity === "error")).toHaveLength(1);
    expect(startable).toBe(false);
  });
});

const OK = `  ok: {type: ${POWER}}\n`;

const WARNINGS: readonly (readonly [
  what: string,
  yaml: string,
  line: number,
  kept: readonly string[],
  ...fragments: string[],
])[] = [
  [
    "an unknown driver type",
    `${OK}  p: {type: jumpstarter_driver_power.driver.MokPower}\n`,
    6,
    ["ok"],
    "is left out",
    `did you mean "${POWER}"?`,
  ],
  ["a class without its module", `${OK}  p: {type: PySerial}\n`, 6, ["ok"], `did you mean "${SERIAL}"?`],
  ["a type like no other", `${OK}  p: {type: my.own.Thing}\n`, 6, ["ok"], 'no driver "my.own.Thing" here'],
  [
    "a type that a browser cannot offer",
    `${OK}  t: {type: jumpstarter_driver_tftp.driver.Tftp}\n`,
    6,
    ["ok"],
    "a page cannot serve TFTP",
  ],
  [
    "a type that is planned, with its children",
    `${OK}  y:\n    type: jumpstarter_driver_yepkit.driver.Ykush\n    children: {p: {type: ${POWER}}}\n`,
    7,
    ["ok"],
    "with its children",
    "it comes with WebUSB",
  ],
  [
    "a ref to what is left out",
    `${OK}  t: {type: jumpstarter_driver_tftp.driver.Tftp}\n  r: {ref: t}\n`,
    7,
    ["ok"],
    '"r" is left out',
    "see line 6",
  ],
  [
    "a ref below what is left out",
    `${OK}  t: {type: jumpstarter_driver_tftp.driver.Tftp}\n  r: {ref: t.x}\n  s: {ref: r}\n`,
    8,
    ["ok"],
    '"s" is left out',
    "line 7",
  ],
  [
    "a configuration that a browser cannot offer",
    `${OK}  s:\n    type: ${SERIAL}\n    config:\n      url: socket://10.0.0.1:4000\n  r: {ref: s}\n`,
    9,
    ["ok"],
    '"s" is left out',
    "cannot open TCP sockets",
  ],
  [
    "a configuration that a browser cannot offer, whatever else is wrong with it",
    `${OK}  s:\n    type: ${SERIAL}\n    config:\n      url: socket://10.0.0.1:4000\n      baudrate: 0\n      typo: 1\n      log_level: loud\n`,
    9,
    ["ok"],
    '"s" is left out',
    "cannot open TCP sockets",
  ],
  [
    "a ref to a driver whose configuration a browser cannot offer",
    `${OK}  s:\n    type: ${SERIAL}\n    config:\n      url: socket://10.0.0.1:4000\n  r: {ref: s}\n`,
    10,
    ["ok"],
    '"r" is left out',
    "see line 6",
  ],
  [
    "a bare config",
    `  p:\n    type: ${POWER}\n    config:\n`,
    7,
    ["p"],
    '"config:" of "p" is empty',
    "silently drops",
  ],
  ["bare children", `  p:\n    type: ${POWER}\n    children:\n`, 7, ["p"], '"children:" of "p" is empty'],
  [
    "bare methods_description",
    `  p:\n    type: ${POWER}\n    methods_description:\n`,
    7,
    ["p"],
    '"methods_description:" of "p"',
  ],
  [
    "an unquoted on:",
    `  p:\n    type: ${POWER}\n    methods_description:\n      on: x\n`,
    8,
    ["p"],
    "boolean true",
    'in quotes, "on"',
  ],
  [
    "an unknown key of a driver",
    `  p:\n    type: ${POWER}\n    confg: {}\n`,
    7,
    ["p"],
    'did you mean "config"?',
    "ignored",
  ],
  ["a setting beside config", `  p:\n    type: ${POWER}\n    baudrate: 9600\n`, 7, ["p"], 'below "config:"'],
  [
    "a driver of unknown keys alone",
    `${OK}  p:\n    typo: x\n`,
    7,
    ["ok"],
    '"typo"',
    'neither "type" nor',
    "left out",
    "empty group",
  ],
  [
    "a driver of known keys without type",
    `${OK}  p:\n    description: x\n`,
    7,
    ["ok"],
    'neither "type" nor',
    "left out",
  ],
  ["an empty driver", `${OK}  p: {}\n`, 6, ["ok", "p"], "is an empty group"],
  [
    "type and ref",
    `${OK}  p:\n    type: ${POWER}\n    ref: ok\n`,
    8,
    ["ok", "p"],
    '"ref" is ignored',
    '"type"',
  ],
  [
    "children and ref",
    `${OK}  p:\n    children: {x: {type: ${POWER}}}\n    ref: ok\n`,
    8,
    ["ok", "p"],
    '"ref" is ignored',
    '"children"',
  ],
  [
    "ref and config",
    `${OK}  p:\n    ref: ok\n    config: {}\n`,
    8,
    ["ok", "p"],
    '"config" is ignored',
    "another driver",
  ],
  [
    "config without type",
    `  g:\n    config: {}\n    children: {x: {type: ${POWER}}}\n`,
    6,
    ["g"],
    '"config" is ignored',
    'no "type"',
  ],
  [
    "a key that a lenient driver passes over",
    `  l:\n    type: ${LENIENT}\n    config: {host: x,\n      hots: y}\n`,
    8,
    ["l"],
    'did you mean "host"?',
    "ignored",
  ],
];

describe("checkExporterConfig() with a warning", () => {
  for (const [what, yaml, line, kept, ...fragments] of WARNINGS) {
    it(`goes on after ${what}`, async () => {
      const { problems, startable, config } = await checkExport(yaml);
      expectProblem(problems, "warning", line, fragments);
      expect(startable).toBe(true);
      expect(config?.children.map((node) => node.name)).toEqual(kept);
    });
  }

  for (const [what, yaml, line, ...fragments] of [
    ["an unknown top-level key", "exports: {}\n", 4, 'did you mean "export"?'],
    ["grpcConfig", "grpcConfig: {}\n", 4, '"grpcOptions"'],
    ["env", "env: {A: b}\n", 4, "no environment"],
    ["a snake-case name", "exit_on_lease_end: true\n", 4, 'did you mean "exitOnLeaseEnd"?'],
    [
      "a hook for another interpreter",
      "hooks:\n  beforeLease: {script: print(1), exec: /usr/bin/python3}\n",
      5,
      '"beforeLease" is left out: a page has no "/usr/bin/python3"',
      "pytest fixture",
    ],
    ["an unknown hook", "hooks:\n  beforeLeas: {script: echo}\n", 5, 'did you mean "beforeLease"?'],
  ] satisfies Row[]) {
    it(`goes on after ${what}`, async () => {
      const { problems, startable } = await check(`${HEAD}${yaml}export: {p: {type: ${POWER}}}`);
      expectProblem(problems, "warning", Number(line), fragments);
      expect(startable).toBe(true);
    });
  }

  it("uses the text of an unquoted on: as it is written", async () => {
    const { config } = await checkExport(
      `  p:\n    type: ${POWER}\n    methods_description: {on: x, off: y}\n`,
    );
    expect(config?.children[0]).toMatchObject({ methodsDescription: { on: "x", off: "y" } });
  });

  it("leaves the drivers of a group running when one of them cannot", async () => {
    const { config } = await checkExport(
      `  g:\n    children:\n      t: {type: x.Y}\n      p: {type: ${POWER}}\n`,
    );
    expect(config?.children[0]).toMatchObject({ name: "g", children: [{ name: "p" }] });
  });
});

describe("checkExporterConfig() with something worth knowing", () => {
  for (const [what, yaml, line, ...fragments] of [
    ["endpoint", `endpoint: grpc.example.com:443\nexport: {p: {type: ${POWER}}}`, 4, "controller"],
    ["token", `token: abc\nexport: {p: {type: ${POWER}}}`, 4, "passphrase"],
    ["tls", `tls: {ca: "", insecure: true}\nexport: {p: {type: ${POWER}}}`, 4, "setting of the relay"],
    [
      "failureDetection",
      `failureDetection: {maxRapidFailures: 3}\nexport: {p: {type: ${POWER}}}`,
      4,
      "not used here",
    ],
    ["exitOnLeaseEnd", `exitOnLeaseEnd: true\nexport: {p: {type: ${POWER}}}`, 4, "not used here"],
    [
      "a name that Python's client has",
      `export:\n  labels: {type: ${POWER}}`,
      5,
      'client.children["labels"]',
    ],
    ["a name with a dot", `export:\n  a.b: {type: ${POWER}}`, 5, 'write "a_b"'],
    [
      "a group's description",
      `export:\n  g:\n    description: x\n    children: {p: {type: ${POWER}}}`,
      6,
      "drops",
    ],
  ] satisfies Row[]) {
    it(`mentions ${what}`, async () => {
      const { problems, startable } = await check(`${HEAD}${yaml}`);
      expectProblem(problems, "info", Number(line), fragments);
      expect(startable).toBe(true);
    });
  }

  it("has nothing against spaces, upper case and other alphabets in names", async () => {
    const { problems, config } = await checkExport(
      `  My Board: {type: ${POWER}}\n  Плата-1: {type: ${POWER}}\n`,
    );
    expect(problems).toEqual([]);
    expect(config?.children.map((node) => node.name)).toEqual(["My Board", "Плата-1"]);
  });
});
