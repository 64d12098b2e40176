/**
 * docs/compatibility.md and the conformance suite say the same: every case of the document that is not for later has
 * its test with each release of the clients, and every test of the suite has its case.
 * Below: the document, and Playwright's own list of tests (nothing is run, no browser is needed).
 */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { RELEASES, type Release } from "../scripts/prepare-python.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** 60 s: Playwright reads every spec, on a machine that runs the other checks too. */
const LIST_TIMEOUT_MS = 60_000;

interface Case {
  readonly id: string;
  readonly what: string;
  /** What the columns of the releases say, in the order of RELEASES. */
  readonly results: readonly string[];
  /** The title of a test, or the reason why there is none. */
  readonly test: string;
}

interface Suite {
  readonly specs?: readonly {
    readonly title: string;
    readonly tests: readonly { readonly projectName: string }[];
  }[];
  readonly suites?: readonly Suite[];
}

/** A test as Playwright lists it: `C01 jmp shell runs …`, and the projects that have it. */
interface Listed {
  readonly title: string;
  readonly projects: readonly string[];
  /** Without a client of any release: see e2e/conformance/test.ts. */
  readonly onTheWire: boolean;
}

describe("docs/compatibility.md", () => {
  let markdown: string;
  let cases: readonly Case[];
  let listed: readonly Listed[];

  beforeAll(async () => {
    markdown = await readFile(path("docs/compatibility.md"), "utf8");
    cases = casesOf(markdown);
    listed = await listTests();
  }, LIST_TIMEOUT_MS);

  it("has each case once, and says of each what happens with each release", () => {
    expect(cases.length).toBeGreaterThan(90);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const { id, what, results, test } of cases) {
      expect(id).toMatch(/^[A-Z]\d\d$/);
      for (const result of results) expect(result, id).toMatch(/^(passes|differs|later)$/);
      expect(what, id).not.toBe("");
      expect(test, id).not.toBe("");
    }
    const columns = `| ${RELEASES.join(" | ")} |`;
    const heads = markdown.split("\n").filter((line) => line.startsWith("| id |"));
    expect(heads.filter((head) => !head.includes(columns))).toEqual([]);
  });

  it("says which release it is where one differs from another", () => {
    const silent = cases.filter(
      ({ what, results }) => new Set(results).size > 1 && !RELEASES.some((release) => what.includes(release)),
    );
    expect(silent).toEqual([]);
  });

  it("names a test of the suite for each case and release that is not for later", () => {
    const missing = cases.flatMap(({ id, results, test }) =>
      RELEASES.filter((release, index) => results[index] !== "later" && !runs(`${id} ${test}`, release)).map(
        (release) => ({ id, release, test }),
      ),
    );
    expect(missing).toEqual([]);
  });

  it("calls nothing later that the suite tests already", () => {
    const later = cases.filter(({ results }) => results.includes("later")).map(({ id }) => id);
    expect(listed.filter(({ title }) => later.includes(title.slice(0, 3)))).toEqual([]);
  });

  it("knows each id in the suite's titles", () => {
    const known = new Set(cases.map(({ id }) => id));
    expect(listed.filter(({ title }) => !known.has(title.split(" ", 1)[0] ?? ""))).toEqual([]);
  });

  /** Whether the suite has this test, with the clients of the release or without any. */
  function runs(title: string, release: Release): boolean {
    return listed.some(
      (test) =>
        test.title === title &&
        (test.onTheWire || test.projects.some((project) => project.endsWith(` ${release}`))),
    );
  }
});

/** The rows of all tables. A bar inside a cell is written `\|`. */
function casesOf(markdown: string): readonly Case[] {
  return markdown.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, id = "", what = "", ...rest] = cells;
    const results = rest.slice(0, RELEASES.length);
    return /^[A-Z]\d/.test(id) ? [{ id, what, results, test: rest[RELEASES.length] ?? "" }] : [];
  });
}

/** The conformance suite, its titles without their tags. */
async function listTests(): Promise<readonly Listed[]> {
  const cli = path("node_modules/@playwright/test/cli.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, "test", "--list", "--reporter=json", "e2e/conformance"],
    {
      cwd: path("."),
      maxBuffer: 16 * 1024 * 1024,
      env: { ...process.env, NODE_OPTIONS: "", JUMPTAB_ALL_RELEASES: "1" },
    },
  );
  const { suites = [] } = JSON.parse(stdout) as Suite;
  const testsOf = (suite: Suite): readonly Listed[] => [
    ...(suite.specs ?? []).map(({ title, tests }) => ({
      title: title.replaceAll(/ @\w+/g, ""),
      projects: tests.map(({ projectName }) => projectName),
      onTheWire: title.includes("@wire"),
    })),
    ...(suite.suites ?? []).flatMap(testsOf),
  ];
  return suites.flatMap(testsOf);
}
