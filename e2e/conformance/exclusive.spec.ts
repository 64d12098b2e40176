/**
 * Conformance C, with exclusive access: one shell at a time.
 * Below: test.ts. A person chooses it on the page; the configuration knows nothing of it.
 */

import { expect, test } from "./test.ts";

test("C02 with exclusive access a second shell is told who has the board, and works once that one has left @both", async ({
  exporterPage,
  jumpstarter,
  traits,
}) => {
  test.slow(); // six processes, one after the other, and the 5 s that the board stays with a client that has left
  const { page } = exporterPage;
  const session = page.getByRole("region", { name: "Session" });
  await page.getByRole("radio", { name: "One client at a time" }).check();
  await page.getByRole("button", { name: "Restart now" }).click();
  await expect(page.getByText("Taken up at the next start.")).toBeHidden();
  await exporterPage.expectAttached();

  await using first = jumpstarter.startShell(["bash", "--norc"], { keepStdin: true });
  const run = async (command: string): Promise<string> => {
    first.output = "";
    first.process.stdin.write(`${command}; echo "exit code $?"\n`);
    const [, code] = await first.saw(/exit code (\d+)/);
    return String(code);
  };
  expect(await run("j power on")).toBe("0");
  // The log stream of a shell holds the board; the page shows when it does.
  await expect(session).toContainText(/In use by .*127\.0\.0\.1/);

  const { code, output } = await jumpstarter.shell(["true"]);
  expect(code).toBe(1);
  expect(output).toMatch(/in use by 127\.0\.0\.1 for \d+ /);
  if (traits.explainsPrecondition) expect(output).not.toContain("Traceback");

  expect(await run("j power off")).toBe("0");
  await exporterPage.expectPower("power", "off");
  first.process.stdin.write("exit\n");
  expect(await first.ended()).toMatchObject({ code: 0 });
  await expect(session).not.toContainText("In use by", { timeout: 30_000 });
  expect(await jumpstarter.shell(["j", "power", "on"])).toMatchObject({ code: 0 });
});
