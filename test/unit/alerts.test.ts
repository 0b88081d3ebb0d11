/** The alerts of deploy/prometheus, by promtool. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const path = (name: string) => fileURLToPath(new URL(`../../deploy/prometheus/${name}`, import.meta.url));
const read = (name: string): unknown => parse(readFileSync(path(name), 'utf8'));
const promtool = async (...args: string[]) => (await promisify(execFile)('promtool', args)).stdout;

const { groups } = read('alerts.yaml') as { groups: { rules: { alert: string }[] }[] };
const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

test('are valid, with a configuration that scrapes API and workers', async () => {
  expect(await promtool('check', 'config', '--syntax-only', path('prometheus.yaml'))).toContain('SUCCESS');
  expect(await promtool('check', 'rules', path('alerts.yaml'))).toContain(`${names.length} rules found`);
});

test('fire when they should, and only then', async () => {
  expect(await promtool('test', 'rules', path('alerts.test.yaml'))).toContain('SUCCESS');
});

test('each has a case in which it fires, and one in which it does not', () => {
  const { tests } = read('alerts.test.yaml') as {
    tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
  };
  const cases = tests.flatMap(({ alert_rule_test }) => alert_rule_test);
  for (const isFiring of [true, false])
    expect([
      ...new Set(
        cases.flatMap(({ alertname, exp_alerts }) =>
          (exp_alerts !== undefined) === isFiring ? [alertname] : [],
        ),
      ),
    ]).toEqual(expect.arrayContaining(names));
});

test('each is explained in docs/operating.md', () => {
  const docs = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  expect(names.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
});
