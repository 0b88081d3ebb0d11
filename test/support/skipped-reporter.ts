/** Reporter: names each test that was skipped, with the reason. */
import type { Reporter, TestModule, Vitest } from 'vitest/node';

export default class SkippedReporter implements Reporter {
  #isFiltered = false;

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined;
  }

  /** With `-t`, vitest counts the tests that are not selected as skipped. */
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isFiltered) return;
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const { note } = test.result() as { note?: string };
        const reason = note ?? 'this machine lacks a program or a right that it needs';
        console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}: ${reason}`);
      }
  }
}
