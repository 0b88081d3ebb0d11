/** The checks of a change, on a project with tests that pass, fail, fail once, and cannot be loaded. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../support/cli.ts';

const script = fileURLToPath(new URL('../../scripts/run-checks.mjs', import.meta.url));
const report = fileURLToPath(new URL('../support/json-report.ts', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

let root: string;
const write = (name: string, text: string) => writeFile(join(root, name), text);
/** A test file whose body runs once `times` runs of it have failed. */
const failing = (name: string, times: number, body: string) => `
import { appendFileSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
const counter = ${JSON.stringify(join(root, `${name}.count`))};
appendFileSync(counter, 'x');
const runs = readFileSync(counter, 'utf8').length;
${body.replace('TIMES', String(times))}
`;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-checks-test-'));
  await mkdir(join(root, 'test'));
  await symlink(modules, join(root, 'node_modules'));
  await write(
    'package.json',
    JSON.stringify({
      type: 'module',
      scripts: { test: 'vitest run', lint: 'exit 3', fine: 'exit 0', once: 'node once.mjs' },
    }),
  );
  await write(
    'vitest.config.js',
    `export default { test: { reporters: [[${JSON.stringify(report)}, { outputFile: process.env.DARKROOM_TEST_REPORT }]] } };`,
  );
  await write(
    'test/fine.test.js',
    `import { test } from 'vitest'; test('fine', () => {}); test('too', () => {});`,
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** The lines after the last command, and the exit code. */
async function check(...scripts: string[]): Promise<[number | null, string[]]> {
  const { code, stdout } = await run(process.execPath, [script, ...scripts], { cwd: root });
  return [code, (stdout.split(/\n== [^\n]*\n/).at(-1) ?? '').trim().split('\n')];
}

test('all that passes is counted; a script without tests passes, too', async () => {
  expect(await check('fine', 'test')).toEqual([0, ['2 passed, 0 failed']]);
});

test('a script that fails is named', async () => {
  expect(await check('lint', 'test')).toEqual([
    1,
    ['failed: npm run lint: ended with 3', '2 passed, 1 failed'],
  ]);
});

test('a script that fails once is named as flaky', async () => {
  await write(
    'once.mjs',
    `import { existsSync, writeFileSync } from 'node:fs';
process.exitCode = existsSync('once.txt') ? 0 : 4;
writeFileSync('once.txt', '');`,
  );
  expect(await check('once', 'test')).toEqual([
    0,
    ['flaky, passed when run again alone: npm run once: ended with 4', '2 passed, 0 failed'],
  ]);
});

test('an error that no test caught is named with its file, and fails a run if it arises again', async () => {
  const late = `test('late', async () => { if (runs <= TIMES) setTimeout(() => { throw new Error('too late'); }); await new Promise((resolve) => setTimeout(resolve, 50)); });`;
  await write('test/late.test.js', failing('late', 1, late));
  expect(await check('test')).toEqual([
    0,
    [
      'flaky, passed when run again alone: test/late.test.js: unhandled Error: too late',
      '3 passed, 0 failed',
    ],
  ]);
  await write('test/late.test.js', failing('late', 9, late));
  expect(await check('test')).toEqual([
    1,
    ['failed: test/late.test.js: unhandled Error: too late', '3 passed, 1 failed'],
  ]);
  await rm(join(root, 'test/late.test.js'));
});

test('a run without any test fails', async () => {
  expect((await check('fine'))[0]).toBe(1);
});

test('what fails once is named as flaky; what fails twice has failed; both say how', async () => {
  await write(
    'test/once.test.js',
    failing('once', 1, `test('once', () => expect(runs).toBeGreaterThan(TIMES));`),
  );
  await write(
    'test/load.test.js',
    failing('load', 1, `if (runs <= TIMES) throw new Error('no load'); test('a', () => {});`),
  );
  await write(
    'test/never.test.js',
    failing('never', 9, `test('never', () => expect(runs).toBeGreaterThan(TIMES)); test('b', () => {});`),
  );
  await write('test/broken.test.js', `throw new Error('broken');`);
  const [code, lines] = await check('test');
  expect(code).toBe(1);
  expect(lines.toSorted()).toEqual([
    // fine, too, b; then once and a, when they ran again.
    '5 passed, 2 failed',
    'failed: test/broken.test.js: broken',
    'failed: test/never.test.js > never: AssertionError: expected 1 to be greater than 9',
    'flaky, passed when run again alone: test/load.test.js: no load',
    'flaky, passed when run again alone: test/once.test.js > once: AssertionError: expected 1 to be greater than 1',
  ]);
});
