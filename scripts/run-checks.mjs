/**
 * Runs npm scripts one after the other, all of them whatever fails, and says at the end what failed. A test file that fails among
 * thousands of others is run once more, alone: a test that passes then is named as flaky and counts as passed. So is a file in which an
 * error arose that no test caught, and another script that fails.
 *
 *   node scripts/run-checks.mjs lint test "compare:pictures -- --short"
 *
 * A script whose name is `test` or begins with `test:` may write a report of vitest, in JSON, to DARKROOM_TEST_REPORT. The last line is
 * `N passed, N failed`: tests, and scripts that failed without a failed test.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** Files that are run again at most: more do not fail by chance. */
const MAX_FILES_AGAIN = 5;
/** Seconds that a script without a report may have taken to be run again. */
const MAX_SECONDS_AGAIN = 600;

const reports = await mkdtemp(join(tmpdir(), 'darkroom-checks-'));
const failed = [];
const flaky = [];
let passed = 0;

for (const [index, check] of process.argv.slice(2).entries()) {
  const [script, ...args] = check.split(' ');
  const command = ['npm', 'run', '--silent', script, ...args];
  const first = await runWithReport(command, `${index}`);
  const tests = first.tests ?? [];
  const bad = tests.filter(({ error }) => error !== null);
  passed += tests.length - bad.length;
  if (bad.length === 0) {
    if (first.code === 0) continue;
    const canRepeat = first.tests === null && first.seconds <= MAX_SECONDS_AGAIN;
    const isFine = canRepeat && (await runWithReport(command, `${index}-again`)).code === 0;
    (isFine ? flaky : failed).push({ name: `npm run ${check}`, error: `ended with ${first.code}` });
    continue;
  }
  const files = [...new Set(bad.map(({ file }) => file))];
  const again =
    files.length > MAX_FILES_AGAIN || files.includes(null)
      ? null
      : await runWithReport(['npx', 'vitest', 'run', ...files], `${index}-again`);
  for (const { file, name, error } of bad) {
    const second =
      again?.tests?.filter((test) => test.file === file && (name === null || test.name === name)) ?? [];
    const isFine = second.length > 0 && second.every((test) => test.error === null);
    (isFine ? flaky : failed).push({
      name: name === null ? (file ?? `npm run ${check}`) : `${file} > ${name}`,
      error,
    });
    // Those of a file that could not be loaded the first time were not counted yet.
    const counted = tests.filter((test) => test.file === file && test.name !== null && test.error === null);
    if (isFine) passed += name === null ? Math.max(0, second.length - counted.length) : second.length;
  }
}

await rm(reports, { recursive: true, force: true });
console.log('');
for (const { name, error } of flaky) console.log(`flaky, passed when run again alone: ${name}: ${error}`);
for (const { name, error } of failed) console.log(`failed: ${name}: ${error}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0;

/** Prints the command, its output and how long it took. `tests` is null when it wrote no report. */
async function runWithReport(command, name) {
  const report = join(reports, `${name}.json`);
  console.log(`\n== ${command.join(' ')}`);
  const started = Date.now();
  const code = await run(command, { ...process.env, DARKROOM_TEST_REPORT: report });
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`== ${code === 0 ? '' : 'failed after '}${seconds} s`);
  return {
    code,
    seconds,
    tests: existsSync(report) ? readTests(JSON.parse(await readFile(report, 'utf8'))) : null,
  };
}

/**
 * Each test that ran, and each file that could not be loaded or in which another error arose, which has no name of a test. `error` is
 * null when it passed.
 */
function readTests({ testResults, unhandledErrors = [] }) {
  const unhandled = unhandledErrors.map(({ name: path, message }) => ({
    file: path && relative(process.cwd(), path),
    name: null,
    error: `unhandled ${firstLine(message)}`,
  }));
  return [...unhandled, ...readFiles(testResults)];
}

function readFiles(testResults) {
  return testResults.flatMap(({ name: path, status, message, assertionResults }) => {
    const file = relative(process.cwd(), path);
    const tests = assertionResults
      .filter((test) => test.status === 'passed' || test.status === 'failed')
      .map((test) => ({
        file,
        name: test.fullName,
        error: test.status === 'failed' ? firstLine(test.failureMessages[0]) : null,
      }));
    const hasFailed = tests.some(({ error }) => error !== null);
    return status === 'failed' && !hasFailed
      ? [...tests, { file, name: null, error: firstLine(message) }]
      : tests;
  });
}

function firstLine(text) {
  return (text ?? '').split('\n')[0].slice(0, 300);
}

function run([program, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
}
