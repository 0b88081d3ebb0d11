import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type ErrorCode, errorCatalogue } from '../../src/errors.ts';

/** The code of each row in the tables of docs/errors.md, with its second column: the status, or whether it is retryable. */
function readDocumentedCodes(): Map<string, string> {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = text.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm);
  return new Map([...rows].map(([, code = '', fact = '']) => [code, fact]));
}

describe('docs/errors.md', () => {
  const documented = readDocumentedCodes();

  test('has a row for each error code, and no other', () => {
    const codes = Object.keys(errorCatalogue);
    const missing = codes.filter((code) => !documented.has(code));
    const unknown = [...documented.keys()].filter((code) => !codes.includes(code));
    expect({ missing, unknown }, 'rows of docs/errors.md').toEqual({ missing: [], unknown: [] });
  });

  const common = Object.keys(errorCatalogue).filter((code) => documented.has(code)) as ErrorCode[];
  test.each(common)('describes %s as in the error catalogue', (code) => {
    const { status, retryable } = errorCatalogue[code];
    expect([String(status), retryable ? 'yes' : 'no']).toContain(documented.get(code));
  });
});

test('every outage is retryable', () => {
  for (const [code, { kind, retryable }] of Object.entries(errorCatalogue))
    if (kind === 'outage') expect([code, retryable]).toEqual([code, true]);
});
