import { expect, test } from 'vitest';
import { parseRetryAfter, retryAfter } from '../../../src/lib/retry-after.ts';

test('parses seconds and dates', () => {
  expect(parseRetryAfter('2')).toBe(2000);
  const wait = parseRetryAfter(new Date(Date.now() + 60_000).toUTCString());
  expect(wait).toBeGreaterThan(50_000);
  expect(wait).toBeLessThanOrEqual(60_000);
  expect(parseRetryAfter('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
});

test('returns null for an absent or invalid value', () => {
  for (const value of [null, undefined, 'soon', '-1x'])
    expect(parseRetryAfter(value), String(value)).toBeNull();
});

test('formats seconds', () => {
  expect(retryAfter(2)).toEqual({ 'retry-after': '2' });
});
