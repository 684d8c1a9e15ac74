import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints the totals once more as the very last line, plain and without colours ("12 passed, 0 failed"), for whoever reads only the end
 * of a log. A file that could not be loaded counts as one failure, so that the line can never look better than the exit code.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        if (state !== 'pending') count[state] += 1;
      }
      const failedOutsideTests = module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed');
      if (failedOutsideTests) count.failed += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // The default reporter writes its summary when the run ends as well; on exit nothing comes after this.
    process.once('exit', (code) => {
      // A run can fail without a failed test: the global set-up, a threshold, a worker that died.
      const failed = code !== 0 && count.failed === 0 ? 1 : count.failed;
      process.stdout.write(`${count.passed} passed, ${failed} failed${skipped}\n`);
    });
  }
}
