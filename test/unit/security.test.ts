/** The threat model in SECURITY.md names tests that exist. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(fileURLToPath(new URL(path, root)), 'utf8');
const rows = [...read('SECURITY.md').matchAll(/^\| (?!threat|---)(.+?) \| (.+?) \| (.+?) \|$/gm)];

describe('the threat model', () => {
  test('has each kind of attacker', () => {
    const kinds = rows.flatMap(([, threat = '']) => /^\*\*(.+?)\*\*/.exec(threat)?.[1] ?? []);
    expect(kinds).toEqual([
      'Web page',
      'Other user of the machine',
      'Hostile server',
      'Hostile picture',
      'Hostile tenant',
      'Poison job',
      'Stolen key',
      'Logs and metrics',
      'Callback receiver',
      'Supply chain',
    ]);
  });

  test.each(rows.map(([, threat = '', , tests = '']) => [threat, tests]))('%s', (_, tests) => {
    const named = [...tests.matchAll(/\]\((test\/[^)]+\.test\.ts)\): "([^"]+)"/g)];
    expect(named.length, tests).toBeGreaterThan(0);
    for (const [, path = '', title = ''] of named) {
      const source = read(path);
      const isFound = ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}`));
      expect(isFound, `${path} has no test "${title}"`).toBe(true);
    }
  });
});
