/**
 * The last line of a run, in the form that scripts read: `N passed, N failed, N skipped`.
 * Above: playwright.config.ts. Below: Playwright's reporter interface.
 */

import type { FullConfig, Reporter, Suite, TestCase } from "@playwright/test/reporter";

export default class CountReporter implements Reporter {
  #tests: readonly TestCase[] = [];

  onBegin(_config: FullConfig, suite: Suite): void {
    this.#tests = suite.allTests();
  }

  async onExit(): Promise<void> {
    const count = (...outcomes: ReturnType<TestCase["outcome"]>[]): number =>
      this.#tests.filter((test) => outcomes.includes(test.outcome())).length;
    console.log(
      `e2e: ${count("expected")} passed, ${count("unexpected", "flaky")} failed, ${count("skipped")} skipped`,
    );
  }

  printsToStdio(): boolean {
    return false;
  }
}
