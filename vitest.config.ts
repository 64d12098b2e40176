// Unit tests: beside the code, in Node, without a browser, a network or a sleep.

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{proto,drivers,relay,web,scripts,e2e}/**/*.test.ts"],
    environment: "node",
    // Left to itself it would take one on two cores; half of the tests wait for sockets.
    maxWorkers: Math.max(2, availableParallelism()),
    // Against a test that hangs, nothing else: some take seconds, and a busy machine makes ten times as much of that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});
