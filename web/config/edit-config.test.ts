import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fuzzSettings } from "../../proto/tunnel/testing/fuzz.ts";
import {
  addDriver,
  type Edit,
  moveDriver,
  removeDriver,
  renameDriver,
  setConfig,
  setDescription,
  setDriverDescription,
  setName,
  setRef,
} from "./edit-config.ts";
import { everyDriver, readOutline } from "./outline.ts";
import { applyChanges } from "./text-change.ts";

const POWER = { type: "jumpstarter_driver_power.driver.MockPower" };

const BENCH = `# The bench in room 3.
apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: 'room-3'   # as on the door

export:
  # Its switch.
  power:
    type: jumpstarter_driver_power.driver.MockPower

  # Its console.
  serial:   # the blue cable
    type: "jumpstarter_driver_pyserial.driver.PySerial"
    config:
      url:  "loop://"  # for now
      # baudrate: 9600

  board:
    children:
      one:
        type: jumpstarter_driver_power.driver.MockPower
        description: |
          First.

          Second.
      again: {ref: serial}
  # nothing below this line
hooks:
  beforeLease:
    script: j power on
`;

describe("addDriver()", () => {
  it("puts it behind the others, and changes nothing else", () => {
    expect(text(addDriver(BENCH, [], "gadget", POWER))).toBe(
      BENCH.replace(
        "  # nothing below this line\n",
        "  # nothing below this line\n  gadget:\n    type: jumpstarter_driver_power.driver.MockPower\n",
      ),
    );
  });

  it("puts it into a group, and into a driver that had no children", () => {
    expect(text(addDriver(BENCH, ["board"], "two", POWER))).toContain(
      "      again: {ref: serial}\n      two:\n        type: jumpstarter_driver_power.driver.MockPower\n",
    );
    expect(text(addDriver(BENCH, ["power"], "inner", { ref: "serial" }))).toContain(
      "MockPower\n    children:\n      inner:\n        ref: serial\n\n  # Its console.",
    );
  });

  it("gives a name that is taken a number, and says which", () => {
    expect(addDriver(BENCH, [], "serial", POWER)).toMatchObject({ ok: true, path: ["serial2"] });
  });

  it("begins a configuration where there is none", () => {
    expect(text(addDriver("", [], "power", POWER))).toBe(
      `apiVersion: jumpstarter.dev/v1alpha1\nkind: ExporterConfig\nmetadata:\n  name: my-bench\nexport:\n  power:\n    type: ${POWER.type}\n`,
    );
  });

  for (const [what, empty] of [
    ["export:", "export:  # here\n  # and below\n"],
    ["export: {}", "export: {}  # here\n  # and below\n"],
    ["export: null", "export: null  # here\n  # and below\n"],
    ["no end of line", "export:  # here\n  # and below"],
  ] as const) {
    it(`fills an empty ${what}, keeping its comments`, () => {
      expect(text(addDriver(`metadata: {name: x}\n${empty}`, [], "power", POWER))).toBe(
        `metadata: {name: x}\nexport:  # here\n  # and below\n  power:\n    type: ${POWER.type}\n`,
      );
    });
  }

  it("writes out what stands in braces", () => {
    expect(text(addDriver("export: {power: {type: a.B}}  # x\n", ["power"], "inner", { ref: "power" }))).toBe(
      "export:  # x\n  power:\n    type: a.B\n    children:\n      inner:\n        ref: power\n",
    );
  });

  it("keeps the ends of lines of Windows", () => {
    const added = text(
      addDriver(BENCH.replaceAll("\n", "\r\n"), [], "gadget", { ...POWER, config: { a: 1 } }),
    );
    expect(added.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });

  it("keeps the file's own indentation", () => {
    expect(
      text(addDriver("metadata:\n    name: x\nexport:\n    a:\n        type: a.B\n", ["a"], "b", POWER)),
    ).toContain(`        children:\n            b:\n                type: ${POWER.type}\n`);
  });
});

describe("removeDriver()", () => {
  it("takes it out with its comments, and leaves one gap", () => {
    const without = text(removeDriver(BENCH, ["serial"]));
    expect(without).toBe(BENCH.replace(/ {2}# Its console\.[\s\S]*?(?= {2}board:)/, ""));
  });

  it("leaves an empty export: behind the last one, and its comments", () => {
    expect(text(removeDriver("export: # all\n  # one\n  a:\n    type: a.B\n  # b\n", ["a"]))).toBe(
      "export: {} # all\n  # b\n",
    );
  });

  it("takes an empty children: away from a driver, and keeps that of a group", () => {
    expect(
      text(removeDriver("export:\n  a:\n    type: a.B\n    children:\n      b: {ref: a}\n", ["a", "b"])),
    ).toBe("export:\n  a:\n    type: a.B\n");
    expect(text(removeDriver("export:\n  a:\n    children:\n      b: {ref: a}\n", ["a", "b"]))).toBe(
      "export:\n  a:\n    children: {}\n",
    );
  });

  it("takes it out of braces", () => {
    expect(text(removeDriver("export: {a: {ref: b}, b: {type: x}, c: {ref: b}}\n", ["b"]))).toBe(
      "export: {a: {ref: b}, c: {ref: b}}\n",
    );
  });
});

describe("renameDriver()", () => {
  it("changes the key, in its quotes, and every ref to it, also through other aliases", () => {
    const before = `export:
  "board": # it
    children: {power: {type: x}}
  b: {ref: board}   # all of it
  p: {ref: "b.power"}
  q:
    ref: board.power
`;
    const renamed = text(renameDriver(before, ["board", "power"], "switch"));
    expect(renamed).toBe(
      before
        .replace("{power:", "{switch:")
        .replace("b.power", "b.switch")
        .replace("board.power", "board.switch"),
    );
    expect(text(renameDriver(before, ["board"], "dut"))).toBe(
      before
        .replace('"board"', '"dut"')
        .replace("ref: board}", "ref: dut}")
        .replace("ref: board.", "ref: dut."),
    );
  });

  it("quotes a name that YAML would read as something else", () => {
    expect(text(renameDriver("export:\n  a: {ref: b}\n", ["a"], "on"))).toBe('export:\n  "on": {ref: b}\n');
  });

  for (const [name, why] of [
    ["", /needs a name/],
    ["a.b", /separates names/],
    ["serial", /already/],
    ["a\nb", /one line/],
  ] as const) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(renameDriver(BENCH, ["power"], name)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(why),
      });
    });
  }
});

describe("what is remembered by path", () => {
  it("hears of the new path of a driver that is renamed or nested, and of nothing else", () => {
    expect(renameDriver(BENCH, ["board", "one"], "two")).toMatchObject({
      moved: { from: ["board", "one"], to: ["board", "two"] },
    });
    expect(moveDriver(BENCH, ["serial"], { parent: ["board"] })).toMatchObject({
      moved: { from: ["serial"], to: ["board", "serial"] },
    });
    for (const edit of [
      renameDriver(BENCH, ["serial"], "serial"),
      moveDriver(BENCH, ["serial"], { parent: [], index: 0 }),
      addDriver(BENCH, [], "new", POWER),
      removeDriver(BENCH, ["serial"]),
      setConfig(BENCH, ["serial"], "url", "hwgrep://1"),
      setName(BENCH, "other"),
    ]) {
      expect(edit).toMatchObject({ ok: true });
      expect(edit).not.toHaveProperty("moved");
    }
  });
});

describe("moveDriver()", () => {
  it("moves it up among its neighbours, with its comment", () => {
    const moved = text(moveDriver(BENCH, ["serial"], { parent: [], index: 0 }));
    expect(moved.indexOf("# Its console.")).toBeLessThan(moved.indexOf("# Its switch."));
    expect(names(moved)).toEqual(["serial", "power", "board", "board.one", "board.again"]);
  });

  it("moves it into a group and out again, and what names it follows", () => {
    const inside = moveDriver(BENCH, ["serial"], { parent: ["board"] });
    expect(inside).toMatchObject({ path: ["board", "serial"] });
    expect(text(inside)).toContain("again: {ref: board.serial}");
    expect(text(inside)).toContain("      serial:   # the blue cable\n        type:");
    expect(text(inside)).toContain("          # baudrate: 9600\n");
    const out = text(moveDriver(text(inside), ["board", "serial"], { parent: [] }));
    expect(out).toContain("again: {ref: serial}");
    expect(out).toContain("  serial:   # the blue cable\n    type:");
  });

  it("keeps what a text over several lines says", () => {
    const moved = text(moveDriver(BENCH, ["board", "one"], { parent: [], index: 0 }));
    expect(parse(moved).export.one.description).toBe("First.\n\nSecond.\n");
  });

  for (const [what, path, parent, why] of [
    ["into itself", ["board"], ["board", "one"], /inside itself/],
    ["into an alias", ["power"], ["board", "again"], /alias/],
    ["from where nothing is", ["gone"], [], /no "gone"/],
  ] as const) {
    it(`refuses a move ${what}`, () => {
      expect(moveDriver(BENCH, path, { parent })).toMatchObject({
        ok: false,
        reason: expect.stringMatching(why),
      });
    });
  }
});

describe("setConfig()", () => {
  it("changes the value alone, in its quotes", () => {
    expect(text(setConfig(BENCH, ["serial"], "url", "/dev/ttyUSB0"))).toBe(
      BENCH.replace("loop://", "/dev/ttyUSB0"),
    );
  });

  it("adds a key at the end, below the comments there", () => {
    expect(text(setConfig(BENCH, ["serial"], "baudrate", 9600))).toBe(
      BENCH.replace("      # baudrate: 9600\n", "      # baudrate: 9600\n      baudrate: 9600\n"),
    );
  });

  it("makes config: before children:", () => {
    expect(
      text(setConfig("export:\n  a:\n    type: x\n    children:\n      b: {ref: a}\n", ["a"], "on", true)),
    ).toBe('export:\n  a:\n    type: x\n    config:\n      "on": true\n    children:\n      b: {ref: a}\n');
  });

  it("works in braces", () => {
    const braces = "export:\n  a: {type: x, config: {url: 'a', b: 1}}  # it\n";
    expect(text(setConfig(braces, ["a"], "url", "x, y"))).toBe(braces.replace("'a'", "'x, y'"));
    expect(text(setConfig(braces, ["a"], "c", "x, y"))).toBe(braces.replace("b: 1", 'b: 1, c: "x, y"'));
    expect(text(setConfig(braces, ["a"], "b", undefined))).toBe(braces.replace(", b: 1", ""));
  });

  it("takes the last key out with config:, unless a comment is left in it", () => {
    expect(
      text(setConfig("export:\n  a:\n    type: x\n    config:\n      b: 1\n", ["a"], "b", undefined)),
    ).toBe("export:\n  a:\n    type: x\n");
  });

  it("says why not, where other lines would change too", () => {
    const shared =
      "export:\n  a: &x\n    type: x\n    config: &c\n      b: 1\n  d:\n    type: x\n    config: *c\n";
    expect(setConfig(shared, ["d"], "b", 2)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/\*c/),
    });
    expect(removeDriver(shared, ["a"])).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/would change too/),
    });
  });
});

describe("names and descriptions", () => {
  it("are set in their place, in their quotes", () => {
    expect(text(setName(BENCH, "room-4"))).toBe(BENCH.replace("'room-3'", "'room-4'"));
    expect(text(setName("kind: ExporterConfig\nexport: {}\n", "a"))).toBe(
      "kind: ExporterConfig\nmetadata:\n  name: a\nexport: {}\n",
    );
    expect(text(setDescription(BENCH, "Room: three"))).toBe(
      BENCH.replace("\nexport:", '\ndescription: "Room: three"\nexport:').replace("door\n\n", "door\n\n"),
    );
    expect(text(setDriverDescription(BENCH, ["power"], "The switch"))).toContain(
      "MockPower\n    description: The switch\n",
    );
    expect(text(setDriverDescription(BENCH, ["board", "one"], ""))).not.toContain("First.");
    expect(text(setRef(BENCH, ["board", "again"], "power"))).toContain("again: {ref: power}");
  });
});

describe("what cannot be changed by click", () => {
  for (const [what, bad, why] of [
    ["a text that is no YAML", "export:\n\ta: 1\n", /^Line 2: .*(tab|spaces)/],
    ["a list", "- a\n", /map of keys/],
    ["a key twice", "export:\n  a: {ref: b}\n  a: {ref: b}\n", /^Line 3: .*second time/],
    ["levels without end", "[".repeat(100), /levels/],
    ["a huge text", `# ${"x".repeat(300_000)}\n`, /larger than 256 KiB/],
    ["export that is a list", "export:\n  - a\n", /not a map/],
  ] as const) {
    it(`says of ${what} in one sentence why`, () => {
      expect(addDriver(bad, [], "power", POWER)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(why),
      });
    });
  }
});

describe("whatever the configuration", () => {
  it("keeps every line that is not about the driver, and means what was asked", () => {
    fc.assert(
      fc.property(benches, fc.nat(), fc.nat(), (bench, pick, other) => {
        const before = parsed(bench);
        const paths = allPaths(bench);
        const path = paths[pick % Math.max(paths.length, 1)];
        const added = addDriver(bench, [], "fresh", POWER);
        expect(lost(bench, text(added)).filter((line) => line !== "export: {}")).toEqual([]);
        expect(parsed(text(added)).export.fresh).toEqual(POWER);
        expect({ ...parsed(text(added)).export, fresh: undefined }).toEqual({
          ...before.export,
          fresh: undefined,
        });
        if (path === undefined) return;

        const renamed = parsed(text(renameDriver(bench, path, "fresh")));
        expect(at(renamed, [...path.slice(0, -1), "fresh"])).toEqual(at(before, path));
        expect(lost(bench, text(renameDriver(bench, path, "fresh")))).toHaveLength(1);

        const set = setConfig(bench, path, "fresh", "yes: # no");
        expect(at(parsed(text(set)), path).config).toEqual({
          ...at(before, path).config,
          fresh: "yes: # no",
        });
        expect(parsed(text(setConfig(text(set), path, "fresh", undefined)))).toEqual(before);

        const parent = paths[other % paths.length] ?? [];
        const moved = moveDriver(bench, path, { parent });
        if (moved.ok) {
          expect(at(parsed(moved.text), moved.path)).toEqual(at(before, path));
          expect(comments(moved.text)).toEqual(comments(bench));
        } else expect(moved.reason).toMatch(/inside itself|already|would change too/);

        const removed = removeDriver(bench, path);
        expect(allPaths(text(removed)).map(String)).toEqual(
          paths.filter((one) => `${one},`.indexOf(`${path},`) !== 0).map(String),
        );
      }),
      fuzzSettings(),
    );
  });
});

function text(edit: Edit): string {
  if (!edit.ok) throw new Error(edit.reason);
  return edit.text;
}

function names(bench: string): readonly string[] {
  return allPaths(bench).map((path) => path.join("."));
}

function allPaths(bench: string): readonly (readonly string[])[] {
  const read = readOutline(bench);
  if (!read.ok) throw new Error(read.reason);
  return [...everyDriver(read.outline.drivers)].map(({ path }) => path);
}

interface Instance {
  readonly config?: object;
  readonly children?: Readonly<Record<string, Instance>>;
}

function parsed(bench: string): { export: Readonly<Record<string, Instance>> } {
  return parse(bench, { version: "1.1" });
}

function at({ export: top }: ReturnType<typeof parsed>, path: readonly string[]): Instance {
  let found: Instance = { children: top };
  for (const name of path) found = found.children?.[name] ?? {};
  return found;
}

/** Lines of the one that the other has no more. */
function lost(before: string, after: string): readonly string[] {
  const rest = after.split("\n");
  return before.split("\n").filter((line) => {
    const index = rest.indexOf(line);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}

function comments(bench: string): readonly string[] {
  return (bench.match(/# .*$/gm) ?? []).toSorted();
}

/** Configurations as people write them: comments, gaps, quotes, indentation. Every comment is another one. */
const benches = fc
  .record({
    tree: fc.letrec<{ drivers: Node[] }>((tie) => ({
      drivers: fc.array(
        fc.record({
          comment: fc.boolean(),
          gap: fc.boolean(),
          side: fc.boolean(),
          quotes: fc.constantFrom("", '"', "'"),
          config: fc.constantFrom("none", "lines", "braces", "text"),
          below: fc.boolean(),
          children: fc.oneof({ depthSize: "small", maxDepth: 3 }, fc.constant([]), tie("drivers")),
        }),
        { maxLength: 4 },
      ),
    })).drivers,
    step: fc.constantFrom(2, 3, 4),
  })
  .map(({ tree, step }) => {
    let number = 0;
    const write = (drivers: readonly Node[], depth: number): string =>
      drivers
        .map(({ comment, gap, side, quotes, config, below, children }) => {
          const indent = " ".repeat(step * depth);
          const inner = " ".repeat(step * (depth + 1));
          const deepest = " ".repeat(step * (depth + 2));
          const name = `${quotes}d${number++}${quotes}`;
          return [
            gap ? "" : undefined,
            comment ? `${indent}# above ${number}` : undefined,
            `${indent}${name}:${side ? `  # beside ${number}` : ""}`,
            `${inner}type:  a.B${number}`,
            config === "lines" ? `${inner}config:\n${deepest}a: 1   # about a ${number}` : undefined,
            config === "braces" ? `${inner}config: { a: "1", 'b': [x, y] }` : undefined,
            config === "text"
              ? `${inner}config:\n${deepest}a: |+\n${deepest}  one\n\n${deepest}  two\n\n`
              : undefined,
            children.length === 0
              ? undefined
              : `${inner}children:\n${write(children, depth + 2).replace(/\n$/, "")}`,
            below ? `${inner}# below ${number}` : undefined,
          ]
            .filter((line) => line !== undefined)
            .join("\n")
            .concat("\n");
        })
        .join("");
    const drivers = write(tree, 1);
    return `metadata:\n${" ".repeat(step)}name: x\nexport:${drivers === "" ? " {}" : ""}\n${drivers}hooks: {}  # end\n`;
  });

interface Node {
  readonly comment: boolean;
  readonly gap: boolean;
  readonly side: boolean;
  readonly quotes: string;
  readonly config: string;
  readonly below: boolean;
  readonly children: readonly Node[];
}

describe("changes", () => {
  it("make the new text of the old one", () => {
    const edit = renameDriver(BENCH, ["serial"], "console");
    expect(edit.ok && applyChanges(BENCH, edit.changes)).toBe(text(edit));
  });
});
