import { describe, expect, it } from "vitest";
import { IDLE, type OpenBench, type PageActions, type PageState } from "../model.ts";
import { sampleBoard, samplePower, sampleSerial } from "../testing/sample-drivers.ts";
import { type PageVerbs, pageCommands } from "./page-commands.ts";

const bench: OpenBench = {
  id: "1",
  name: "desk",
  yaml: "",
  passphrase: "secret",
  file: undefined,
  changed: false,
  access: "shared",
  accessChanged: false,
};

const drivers = [
  sampleBoard("board", [samplePower("board.power"), sampleSerial("board.serial")]),
  samplePower("power", { refOf: ["board", "power"] }),
];

const WELCOME: Partial<PageState> = { view: { kind: "welcome" } };

function stateWith(values: Partial<PageState>): PageState {
  return {
    view: { kind: "bench" },
    bench,
    snapshot: { ...IDLE, phase: "running", drivers },
    relay: { endpoint: "127.0.0.1:1", insecure: true, pageUrls: ["http://127.0.0.1:1/"], noAuth: false },
    benches: [],
    serial: true,
    busy: false,
    ...values,
  } as PageState;
}

/** Hears what is done, in order. */
function heard() {
  const done: unknown[] = [];
  const actions = new Proxy({} as PageActions, {
    get:
      (_, action) =>
      (...args: unknown[]) => {
        done.push([action, ...args]);
        return Promise.resolve(true);
      },
  });
  const verbs: PageVerbs = {
    openHelp: () => done.push("help"),
    install: undefined,
    wakeLock: undefined,
    pressOnCard: (...args) => done.push(args),
  };
  return { done, actions, verbs };
}

function titles(values: Partial<PageState>, more: Partial<PageVerbs> = {}): readonly string[] {
  const { actions, verbs } = heard();
  return pageCommands(stateWith(values), actions, { ...verbs, ...more }).map(({ title }) => title);
}

async function run(title: string, values: Partial<PageState> = {}): Promise<unknown> {
  const { done, actions, verbs } = heard();
  await pageCommands(stateWith(values), actions, verbs)
    .find((command) => command.title === title)
    ?.run();
  return done;
}

describe("pageCommands()", () => {
  it("offers what each driver can do, once for each instance", () => {
    expect(titles({}).slice(0, 3)).toEqual([
      "Switch board power on",
      "Switch board power off",
      "Open console of board serial",
    ]);
  });

  it("does it by the driver's path", async () => {
    expect(await run("Switch board power off")).toEqual([["call", ["board", "power"], "off"]]);
    expect(await run("Open console of board serial")).toEqual([[["board", "serial"], "open-console"]]);
  });

  it("copies the line with the passphrase of the bench", async () => {
    expect(await run("Copy the jmp shell line")).toEqual([
      ["copy", "jmp shell --tls-grpc 127.0.0.1:1 --tls-grpc-insecure --passphrase secret"],
    ]);
  });

  it("offers nothing of a board that does not run", () => {
    expect(titles({ snapshot: { ...IDLE, phase: "idle", drivers } })).toEqual([
      "Show help",
      "Open a second tab",
      "Reload the page",
    ]);
  });

  it("offers benches that are not open elsewhere, and the three ways in", async () => {
    const one = { id: "7", name: "rack", updatedAt: 0, file: undefined, runsElsewhere: false };
    const benches = [one, { ...one, id: "8", name: "busy", runsElsewhere: true }];
    const here = titles({ ...WELCOME, benches });
    expect(here).toContain("Open rack");
    expect(here).not.toContain("Open busy");
    expect(here).toContain("Plug in a board");
    expect(titles({ ...WELCOME, serial: false })).not.toContain("Plug in a board");
    expect(await run("Open rack", { ...WELCOME, benches })).toEqual([["startBench", "7"]]);
  });

  it("offers to install and to keep awake only where the browser can", () => {
    expect(titles({})).not.toContain("Install as an app");
    const can = { install: async () => {}, wakeLock: { allowed: true, allow: () => {} } };
    expect(titles({}, can)).toContain("Install as an app");
    expect(titles({}, can)).toContain("Let this computer sleep while others use it");
  });

  it("has one id for each command", () => {
    const { actions, verbs } = heard();
    const ids = pageCommands(stateWith({}), actions, verbs).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
