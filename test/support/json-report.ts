/** Reporter: vitest's report in JSON, with the errors that no test caught and the file in which each arose. */
import type { SerializedError, TestModule } from 'vitest/node';
import { JsonReporter } from 'vitest/node';

export default class JsonReport extends JsonReporter {
  #unhandled: { name: string | null; message: string }[] = [];

  override async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[] = [],
  ): Promise<void> {
    this.#unhandled = errors.map((error) => {
      const path: unknown = error['VITEST_TEST_PATH'];
      return {
        name: typeof path === 'string' ? path : null,
        message: `${error.name ?? 'Error'}: ${error.message}`,
      };
    });
    await super.onTestRunEnd(modules as TestModule[]);
  }

  override async writeReport(report: string): Promise<void> {
    await super.writeReport(
      JSON.stringify({ ...(JSON.parse(report) as object), unhandledErrors: this.#unhandled }),
    );
  }
}
