/**
 * Configurations that people bring: pasted, typed, with mistakes. Each kind of mistake has a unit test in web/config/;
 * here is the way to the person, and that what is left runs.
 * Below: test.ts (a relay without a bench).
 */

import { expect, test } from "./test.ts";

const WITH_AN_IMPOSSIBLE_PART = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  namespace: default
  name: pasted
endpoint: ""
token: ""
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
  bus:
    type: jumpstarter_driver_network.driver.DbusNetwork
    config:
      kind: session
  serial:
    type: jumpstarter_driver_pyserial.driver.PySerial
    config:
      url: "loop://"
`;

test("a pasted configuration says by line what cannot work here, and the rest runs", async ({
  exporterPage,
  jumpstarter,
}) => {
  await exporterPage.visit();
  await exporterPage.paste(WITH_AN_IMPOSSIBLE_PART);
  const { page } = exporterPage;
  await expect(page.getByRole("heading", { name: /^It can start, with 1 warning/ })).toBeVisible();
  const problem = page.getByRole("list", { name: "Problems" }).getByRole("button").first();
  await expect(problem).toContainText("Warning");
  await expect(problem).toContainText("line 12");
  await expect(problem).toContainText(/browser|page/);

  await page.getByRole("button", { name: "Save & start" }).click();
  await exporterPage.expectAttached();
  const endpoint = await exporterPage.endpoint();
  const { stdout } = await jumpstarter.j("--help", { endpoint });
  expect(stdout).toMatch(/^ +power\b/m);
  expect(stdout).toMatch(/^ +serial\b/m);
  expect(stdout).not.toMatch(/^ +bus\b/m);
  expect(await jumpstarter.j("power on", { endpoint })).toMatchObject({ code: 0 });
});

const WITH_MISTAKES = `apiVersion: jumpstarter.dev/v1alpha1
kind: ExporterConfig
metadata:
  name: with-mistakes
exports: {}
export:
  power:
    type: jumpstarter_driver_power.driver.MockPower
    confg: {}
    config:
    methods_description:
      on: Let the current flow
  gadget:
    type: acme_drivers.driver.Gadget
`;

/** The line, and how the sentence about it begins and goes on. */
const WARNINGS = [
  [5, /"exports" is unknown in an ExporterConfig \(did you mean "export"\?\).*correct or remove it/],
  [9, /"confg" is unknown in "power" \(did you mean "config"\?\)/],
  [10, /"config:" of "power" is empty: write "config: \{\}" or remove the line/],
  [12, /YAML reads the bare key on as the boolean true: write it in quotes, "on"/],
  [14, /"gadget" is left out, since there is no driver "acme_drivers\.driver\.Gadget" here: correct it/],
] as const;

test("unknown keys, a bare config:, an unquoted on: and an unknown driver type are said at their lines, and the rest runs as it was meant", async ({
  exporterPage,
  jumpstarter,
}) => {
  await exporterPage.visit();
  await exporterPage.paste(WITH_MISTAKES);
  const { page } = exporterPage;
  const problems = page.getByRole("list", { name: "Problems" }).getByRole("button");
  await expect(problems).toHaveCount(WARNINGS.length);
  for (const [index, [line, sentence]] of WARNINGS.entries()) {
    await expect(problems.nth(index)).toContainText("Warning");
    await expect(problems.nth(index)).toContainText(new RegExp(`line ${line}\\b`));
    await expect(problems.nth(index)).toContainText(sentence);
  }

  await page.getByRole("button", { name: "Save & start" }).click();
  await exporterPage.expectAttached();
  const endpoint = await exporterPage.endpoint();
  expect((await jumpstarter.j("power --help", { endpoint })).stdout).toContain("Let the current flow");
  expect((await jumpstarter.j("--help", { endpoint })).stdout).not.toMatch(/^ +gadget\b/m);
  expect(await jumpstarter.j("power on", { endpoint })).toMatchObject({ code: 0 });
  await exporterPage.expectPower("power", "on");
});

test("a pasted configuration without a mistake starts at once", async ({ exporterPage }) => {
  await exporterPage.visit();
  await exporterPage.paste(WITH_AN_IMPOSSIBLE_PART.replace(/ {2}bus:(.|\n)*?(?= {2}serial:)/, ""));
  await exporterPage.expectAttached();
  await expect(exporterPage.page.getByRole("heading", { name: "pasted", level: 1 })).toBeVisible();
});

/** What is wrong, the text, the line that is named, and a word of the sentence. */
const MISTAKES = [
  ["invalid YAML", "export: [", 1, /bracket|closed/],
  ["an empty tree", "metadata:\n  name: x\nexport: {}\n", 3, /at least one driver/],
  ["a ref to nothing", "metadata:\n  name: x\nexport:\n  a:\n    ref: nowhere\n", 5, /nowhere/],
  [
    "an unknown key of a driver's settings",
    "metadata:\n  name: x\nexport:\n  a:\n    type: jumpstarter_driver_pyserial.driver.PySerial\n    config:\n      url: loop://\n      buadrate: 9600\n",
    8,
    /"buadrate" is unknown.*did you mean "baudrate"\?/,
  ],
  ["a circle of refs", "metadata:\n  name: x\nexport:\n  a: {ref: b}\n  b: {ref: a}\n", 4, /circle/],
] as const;

for (const [what, yaml, line, words] of MISTAKES) {
  test(`${what} is said at its line, and cannot be started until it is corrected`, async ({
    exporterPage,
  }) => {
    await exporterPage.visit();
    await exporterPage.paste(yaml);
    const { page } = exporterPage;
    const problem = page.getByRole("list", { name: "Problems" }).getByRole("button").first();
    await expect(problem).toContainText(new RegExp(`line ${line}\\b`));
    await expect(problem).toContainText(words);
    await expect(page.getByRole("button", { name: "Save & start" })).toBeDisabled();
  });
}

test("a configuration is corrected in the editor, with the keyboard alone", async ({ exporterPage }) => {
  await exporterPage.visit();
  await exporterPage.paste("metadata:\n  name: typed\nexport:\n");
  const { page } = exporterPage;
  await expect(page.getByRole("button", { name: "Save & start" })).toBeDisabled();
  await page.getByRole("textbox", { name: "Configuration" }).focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("  power:\n    type: jumpstarter_driver_power.driver.MockPower\n");
  await expect(page.getByRole("heading", { name: "It can start", exact: true })).toBeVisible();
  await page.keyboard.press("Control+s");
  await exporterPage.expectAttached();
  await exporterPage.expectPower("power", "off");
});
