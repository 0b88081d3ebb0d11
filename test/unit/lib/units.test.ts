import { expect, test } from 'vitest';
import { formatAge, formatBytes, formatDuration } from '../../../src/lib/units.ts';

test('durations have one or two units', () => {
  expect([0, 1240, 59_400, 60_000, 200_000, 7_500_000, 97_200_000].map(formatDuration)).toEqual([
    '0.0 s',
    '1.2 s',
    '59 s',
    '1 min',
    '3 min 20 s',
    '2 h 5 min',
    '1 d 3 h',
  ]);
});

test('ages are in the past or in the future', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const times = ['11:59:59.5', '11:59:30', '11:30:00', '02:00:00'].map((time) => `2026-11-21T${time}Z`);
  expect([...times, '2026-11-01T00:00:00Z'].map((time) => formatAge(Date.parse(time), now))).toEqual([
    'just now',
    '30 s ago',
    '30 min ago',
    '10 h ago',
    '20 d ago',
  ]);
  expect(formatAge(now + 7_500_000, now)).toBe('in 2 h');
});

test('sizes use powers of 1000', () => {
  expect([0, 999, 9970, 123_456, 999_960, 1_200_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '10.0 kB',
    '123 kB',
    '1.0 MB',
    '1.2 GB',
  ]);
});
