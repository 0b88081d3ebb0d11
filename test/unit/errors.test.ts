import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalogue } from '../../src/errors.ts';

test('docs/errors.md has every code, with its status and whether it is retryable', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = new Map(
    [...text.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, code, fact]) => [code, fact]),
  );
  expect([...rows.keys()].sort()).toEqual(Object.keys(catalogue).sort());
  for (const [code, { status, retryable }] of Object.entries(catalogue)) {
    expect([code, rows.get(code)]).toEqual([
      code,
      /^\d/.test(rows.get(code) ?? '') ? String(status) : retryable ? 'yes' : 'no',
    ]);
  }
});
