/**
 * A test as users write them: pytest with `JumpstarterTest`, inside `jmp shell`.
 * Below: conformance's bench, python/test_board.py.
 */

import { fileURLToPath } from "node:url";
import { expect, test } from "../fixtures.ts";

const TEST = fileURLToPath(new URL("../python/test_board.py", import.meta.url));

test("jmp shell -- pytest runs a JumpstarterTest against the page", async ({ jumpstarter, exporterPage }) => {
  await exporterPage.expectAttached();
  const { code, output } = await jumpstarter.shell(["pytest", "-p", "no:cacheprovider", "-v", TEST]);
  expect(output).toContain("3 passed");
  expect(code).toBe(0);
});
