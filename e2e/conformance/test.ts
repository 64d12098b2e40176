/**
 * The conformance suite's `test`: the page is there before each test, whether the test names it or not.
 * Above: the specs of this folder. Below: fixtures.ts.
 *
 * Each test runs with every release of the clients, except those with `@wire` in their names: they speak the protocol
 * without the clients, so one run says all.
 */

import { test as base, expect, type Fixtures } from "../fixtures.ts";

export { expect } from "../fixtures.ts";

const WIRE = "@wire";

export const test = base.extend<{ attached: Fixtures["exporterPage"] }>({
  attached: [({ exporterPage }, use) => use(exporterPage), { auto: true }],

  jumpstarter: async ({ jumpstarter }, use, { tags }) => {
    expect(tags, "a test with clients runs with those of each release").not.toContain(WIRE);
    await use(jumpstarter);
  },

  py: async ({ py }, use, { tags }) => {
    expect(tags, "a test with clients runs with those of each release").not.toContain(WIRE);
    await use(py);
  },
});
