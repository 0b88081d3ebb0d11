import { expect, test } from 'vitest';
import { parseTime } from '../../../src/cli/parse-time.ts';

test('parses only dates and times relative to now', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(parseTime('2h', 'past', now)?.toISOString()).toBe('2026-11-21T10:00:00.000Z');
  expect(parseTime('2026-11-20', 'past', now)?.toISOString()).toBe('2026-11-20T00:00:00.000Z');
  expect(parseTime('soon', 'past', now)).toBeNull();
  expect(parseTime('90d', 'future', now)?.toISOString()).toBe('2027-02-19T12:00:00.000Z');
  expect(parseTime('9999999999d', 'future', now)).toBeNull();
});
