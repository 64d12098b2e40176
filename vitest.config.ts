// Unit tests: beside the code, in Node, without a browser, a network or a sleep.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{proto,drivers,relay,web,scripts,e2e}/**/*.test.ts"],
    environment: "node",
    // Against a test that hangs, nothing else: some take seconds, and a busy machine makes ten times as much of that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
