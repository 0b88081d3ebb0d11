/** Executions that earlier code started continue on the code as it is: every saved history replays. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlePath } from '../../../src/temporal/worker.ts';
import { BundleCoverage, type UncoveredCode } from '../../support/bundle-coverage.ts';
import { historyFiles, replay } from '../../support/replay.ts';
import { installTestRuntime } from '../../support/sdk-runtime.ts';

/**
 * Code of workflows/ that no replay executes, by a part of the compiled text, with the reason. Everything else is covered: code that is
 * added needs a story in scripts/histories, or a line here.
 */
const uncovered: readonly [code: string, reason: string][] = [
  ['(more) => this.#validate(', 'Temporal validates no update in a replay'],
  ['#validate({ chunks }', 'Temporal validates no update in a replay'],
  ['findMoreAssetsProblem(', 'Temporal validates no update in a replay'],
  ['isSealedChunk(', 'Temporal validates no update in a replay'],
  ['#recognizeCall()', 'Temporal validates no update in a replay'],
  ['() => this.#status', 'a replay answers no query'],
  ["?? ''", 'an update always has an id'],
  [': []', 'added assets are always sealed'],
  ['?? null', 'a fallback for types: the first stage has a name, and a job with callbacks has a schedule'],
  ["?? 'internal'", 'a fallback for types: every failure of ours has a code'],
  ["?? 'cancelled'", 'a fallback for types: a cancelled job has an error'],
  ['DEFAULT_PRIORITY', 'the server sets the priority'],
  ['() => undefined', 'nothing fails, and nobody listens, before the job starts'],
  [': null', 'what fails here is always an activity'],
  ['throw new Error(`No chunk holds', 'a guard against bugs'],
  ['throw new Error(`A job cannot go', 'a guard against bugs'],
  ['?? 0', 'a fallback for types: a step that has begun has counted its inputs'],
  ['throw new Error(`The job has no step', 'a guard against bugs'],
  ['throw new Error(`Step ', 'a guard against bugs'],
  ['instanceof _temporalio_workflow__WEBPACK_IMPORTED_MODULE_0__.TemporalFailur', 'a guard against bugs'],
  ['return;', 'the signal `started` comes late; its order depends on the machine'],
];

const workflows = fileURLToPath(new URL('../../../workflows/', import.meta.url));
const coverage = new BundleCoverage(bundlePath);
let errors: ReadonlyMap<string, Error>;
let missed: readonly UncoveredCode[];

beforeAll(async () => {
  installTestRuntime();
  await coverage.start();
  errors = await replay(historyFiles);
  // At once: the counts of a bundle that is garbage collected are lost.
  missed = await coverage
    .uncoveredCode((source) => source.startsWith(workflows))
    .catch((error: unknown) => [{ at: bundlePath, code: String(error) }]);
});

afterAll(() => coverage.stop());

describe('saved histories', () => {
  test('exist', () => {
    expect(historyFiles.length).toBeGreaterThan(30);
  });

  test.each(historyFiles)('%s replays', (file) => {
    expect(errors.get(file)).toBeUndefined();
  });

  test('execute all code of the workflows, apart from known exceptions', () => {
    const unknown = missed.filter(({ code }) => !uncovered.some(([known]) => code.includes(known)));
    expect(unknown).toEqual([]);
  });
});
