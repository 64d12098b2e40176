/**
 * The stories' `test`: what people do with the page and with the command line. A relay without a bench, unless a
 * story says otherwise; no page is opened by itself.
 * Above: the specs of this folder. Below: fixtures.ts.
 */

import { test as base } from "../fixtures.ts";

export { expect } from "../fixtures.ts";

export const test = base.extend({
  bench: null,
  passphrase: null,
  startPage: false,
});
