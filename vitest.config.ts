// Unit tests: beside the code, in Node, without a browser, a network or a sleep.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{proto,drivers,relay,web,scripts,e2e}/**/*.test.ts"],
    environment: "node",
    testTimeout: 20_000,
    restoreMocks: true,
  },
});
