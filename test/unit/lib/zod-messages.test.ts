/** What is wrong with a field, in words that name no type of zod's. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../../../src/config/config.ts';
import type { DarkroomError } from '../../../src/errors.ts';
import { jobSpec } from '../../../src/jobs/model/job-spec.ts';
import { invalidFields } from '../../../src/jobs/validation/invalid-request.ts';

describe('an invalid value', () => {
  test.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, 'is required'],
    [z.literal('a'), undefined, 'is required'],
    [z.union([z.literal('a'), z.number()]), undefined, 'is required'],
    [z.string(), 7, 'must be a string'],
    [z.number(), 'wide', 'must be a number'],
    [z.number(), Number.NaN, 'must be a number'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.boolean(), 1, 'must be true or false'],
    [z.array(z.string()), {}, 'must be an array'],
    [z.strictObject({}), [], 'must be an object'],
    [z.record(z.string(), z.string()), 'x', 'must be an object'],
    [z.number().positive(), 0, 'must be more than 0'],
    [z.number().min(1), 0, 'must be at least 1'],
    [z.number().max(5), 6, 'must be at most 5'],
    [z.number().lt(5), 5, 'must be less than 5'],
    [z.number().multipleOf(90), 45, 'must be a multiple of 90'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().length(2), 'abc', 'must have exactly 2 characters'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
    [z.literal('none'), 'x', 'must be "none"'],
    [z.enum(['a', 'b']), 'c', 'must be one of "a", "b"'],
    [z.string().regex(/^a/), 'b', 'must match /^a/'],
    [z.iso.datetime(), 'today', 'must be a time such as 2026-11-21T09:30:00Z'],
    [z.iso.date(), 'today', 'must be a date such as 2026-11-21'],
    [z.url(), 'x', 'must be a URL'],
    [z.union([z.number(), z.literal('none')]), 'x', 'must be a number; or must be "none"'],
    [z.string('must be a word'), 7, 'must be a word'],
  ])('%#: %j', (schema, value, message) => {
    expect(schema.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
  });
});

test('of a request is reported once per field', () => {
  const { success, error } = jobSpec.safeParse({
    priority: 1e99,
    labels: { '-': 'x', fine: 1 },
    callback: { url: 'ftp://x', events: [] },
  });
  expect(success).toBe(false);
  const { details } = invalidFields(error?.issues ?? []) as DarkroomError;
  expect(details?.['errors']).toEqual([
    { pointer: '/callback/url', detail: 'must be an absolute http or https URL' },
    { pointer: '/callback/events', detail: 'must not be empty' },
    { pointer: '/priority', detail: 'must be at most 5' },
    { pointer: '/labels/-', detail: expect.stringMatching(/^has a name .*: it must be 1 to 63 letters/) },
    { pointer: '/labels/fine', detail: 'must be a string' },
  ]);
});

test.each([
  ['DARKROOM_CPU_SLOTS', 'x', 'must be a number'],
  ['DARKROOM_CPU_SLOTS', '1.5', 'must be a whole number'],
  ['DARKROOM_CALLBACK_TIMEOUT_MS', '1e99', 'must be at most 50000'],
  ['DARKROOM_KEEP_DAYS', '0', 'must be more than 0'],
  ['DARKROOM_KEEP_DAYS', 'x', 'must be a number of days, such as 30 or 0.5'],
  ['DARKROOM_CALLBACK_SCHEDULE_MS', '5,soon', 'must be a number'],
])('of a setting is reported once: %s=%s', (name, value, message) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name}="${value}": ${message}`);
  expect(() => readConfig({ [name]: value })).not.toThrow(/\n/);
});
