/**
 * The conformance suite's `test`: the page is there before each test, whether the test names it or not.
 * Above: the specs of this folder. Below: fixtures.ts.
 */

import { test as base, type Fixtures } from "../fixtures.ts";

export { expect } from "../fixtures.ts";

export const test = base.extend<{ attached: Fixtures["exporterPage"] }>({
  attached: [({ exporterPage }, use) => use(exporterPage), { auto: true }],
});
