/** Audit events are written in batches, wait while they cannot be written, and are never lost without a report. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../../../src/auth/audit-event.ts';
import { AuditLog } from '../../../src/auth/audit-log.ts';
import { AuditStore } from '../../../src/storage/audit.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';

const event = (target: string, time = new Date().toISOString()): AuditEvent => ({
  time,
  action: 'jobs.delete',
  outcome: 'success',
  tenant: 'acme',
  subject: 'key 5c1766fd7579 (ci)',
  role: 'submitter',
  target,
  address: '127.0.0.1',
  request_id: 'r',
  detail: '204',
  omitted: 0,
});

const targets = (events: readonly AuditEvent[]) => events.map(({ target }) => target);

describe('the log', () => {
  afterEach(() => vi.useRealTimers());

  test('writes the events of a second together, and again what failed, in order', async () => {
    vi.useFakeTimers();
    const batches: string[][] = [];
    const failures: number[] = [];
    let isUp = true;
    const log = new AuditLog({
      write: async (events) => {
        if (!isUp) throw new Error('away');
        batches.push(targets(events));
      },
      onFailure: (_, waiting) => failures.push(waiting),
      onLost: () => expect.unreachable(),
    });
    for (const target of ['a', 'b']) log.record(event(target));
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(batches).toEqual([['a', 'b']]);
    isUp = false;
    log.record(event('c'));
    await vi.advanceTimersByTimeAsync(2000);
    expect(failures).toEqual([1, 1]);
    log.record(event('d'));
    isUp = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect([batches[1], log.waiting]).toEqual([['c', 'd'], 0]);
  });

  test('reports what finds no space, and what cannot be written at the end', async () => {
    const lost: string[] = [];
    const log = new AuditLog({
      write: () => Promise.reject(new Error('away')),
      onFailure: () => {},
      onLost: (events) => lost.push(...targets(events)),
      capacity: 2,
    });
    for (const target of ['a', 'b', 'c']) log.record(event(target));
    expect(lost).toEqual(['c']);
    await log.close();
    expect(lost).toEqual(['c', 'a', 'b']);
  });

  test('writes what is waiting when it closes', async () => {
    const written: string[] = [];
    const log = new AuditLog({
      write: async (events) => void written.push(...targets(events)),
      onFailure: () => expect.unreachable(),
      onLost: () => expect.unreachable(),
    });
    const many = Array.from({ length: 2500 }, (_, index) => String(index));
    for (const target of many) log.record(event(target));
    await log.close();
    expect(written).toEqual(many);
  });
});

test('the store returns the events of a period, and deletes old ones', async () => {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-audit-'));
  try {
    const audit = new AuditStore(createFilesystemStore({ root }));
    const read = async (since: string, until: string) => {
      const events: AuditEvent[] = [];
      for await (const each of audit.read(new Date(since), new Date(until))) events.push(each);
      return targets(events);
    };
    vi.useFakeTimers({ toFake: ['Date'] });
    for (const day of ['2026-11-01', '2026-11-02', '2026-11-03']) {
      const time = `${day}T23:59:59.500Z`;
      // Written a second later, on the next day.
      vi.setSystemTime(Date.parse(time) + 1000);
      await audit.write([event(day, time), event(`${day} "again"\n`, time)]);
    }
    const all = ['2026-11-01', '2026-11-02', '2026-11-03'].flatMap((day) => [day, `${day} "again"\n`]);
    expect(await read('1970-01-01', '2027-01-01')).toEqual(all);
    expect(await read('2026-11-02', '2026-11-03')).toEqual(all.slice(2, 4));
    expect(await read('2026-11-02T23:59:59.501Z', '2026-11-03T23:59:59.500Z')).toEqual([]);
    await audit.expire(new Date('2026-11-03T00:00:00Z'));
    expect(await read('1970-01-01', '2027-01-01')).toEqual(all.slice(2));
    expect(await readdir(join(root, '_audit'))).toEqual(['2026-11-03', '2026-11-04']);
  } finally {
    vi.useRealTimers();
    await rm(root, { recursive: true });
  }
});
