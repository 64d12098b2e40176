/**
 * docs/compatibility.md and the conformance suite say the same: every case of the document that is not for later has
 * its test, and every test of the suite has its case.
 * Below: the document, and Playwright's own list of tests (nothing is run, no browser is needed).
 */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** 60 s: Playwright reads every spec, on a machine that runs the other checks too. */
const LIST_TIMEOUT_MS = 60_000;

interface Case {
  readonly id: string;
  readonly what: string;
  readonly result: string;
  /** The title of a test, or the reason why there is none. */
  readonly test: string;
}

interface Suite {
  readonly specs?: readonly { readonly title: string }[];
  readonly suites?: readonly Suite[];
}

describe("docs/compatibility.md", () => {
  let cases: readonly Case[];
  /** Titles of the conformance suite: `C01 jmp shell runs …`. */
  let titles: readonly string[];

  beforeAll(async () => {
    cases = casesOf(await readFile(path("docs/compatibility.md"), "utf8"));
    titles = await listTests();
  }, LIST_TIMEOUT_MS);

  it("has each case once, and says of each what happens", () => {
    expect(cases.length).toBeGreaterThan(90);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    for (const { id, what, result, test } of cases) {
      expect(id).toMatch(/^[A-Z]\d\d$/);
      expect(result, id).toMatch(/^(passes|differs|later)$/);
      expect(what, id).not.toBe("");
      expect(test, id).not.toBe("");
    }
  });

  it("names a test of the suite for each case that is not for later", () => {
    const tested = cases.filter(({ result }) => result !== "later");
    const missing = tested.filter(({ id, test }) => !titles.includes(`${id} ${test}`));
    expect(missing).toEqual([]);
  });

  it("calls nothing later that the suite tests already", () => {
    const later = cases.filter(({ result }) => result === "later").map(({ id }) => id);
    expect(titles.filter((title) => later.includes(title.slice(0, 3)))).toEqual([]);
  });

  it("knows each id in the suite's titles", () => {
    const known = new Set(cases.map(({ id }) => id));
    expect(titles.filter((title) => !known.has(title.split(" ", 1)[0] ?? ""))).toEqual([]);
  });
});

/** The rows of all tables. A bar inside a cell is written `\|`. */
function casesOf(markdown: string): readonly Case[] {
  return markdown.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, id = "", what = "", result = "", test = ""] = cells;
    return /^[A-Z]\d/.test(id) ? [{ id, what, result, test }] : [];
  });
}

/** Titles without their tags. */
async function listTests(): Promise<readonly string[]> {
  const cli = path("node_modules/@playwright/test/cli.js");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, "test", "--list", "--reporter=json", "e2e/conformance"],
    { cwd: path("."), maxBuffer: 16 * 1024 * 1024, env: { ...process.env, NODE_OPTIONS: "" } },
  );
  const { suites = [] } = JSON.parse(stdout) as Suite;
  const titlesOf = (suite: Suite): readonly string[] => [
    ...(suite.specs ?? []).map(({ title }) => title.replaceAll(/ @\w+/g, "")),
    ...(suite.suites ?? []).flatMap(titlesOf),
  ];
  return suites.flatMap(titlesOf);
}
