/** The short form of `npm run chaos`: the same code, with few kills, a seed, and the operations that need no engine. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runKills } from '../../chaos/kills.ts';
import { load } from '../../chaos/load/catalogue.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-chaos-'));
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

const operations = ['test.echo', 'image.transform', 'image.metadata', 'chaos.checksum'];

test('each accepted job ends once and right, while anything is killed', async () => {
  const submissions = load(false).filter(({ operation }) => operations.includes(operation));
  const directory = join(root, 'kills');
  await mkdir(directory);
  const { kills, jobs, skipped, violations } = await runKills(directory, {
    kills: 8,
    seed: 7,
    minutes: 3,
    meanMs: 1000,
    concurrency: 4,
    submissions,
    except: ['engine', 'alone'],
    log: () => undefined,
  });
  expect(violations).toEqual([]);
  expect([kills.length, skipped]).toEqual([8, []]);
  expect(jobs.length).toBeGreaterThanOrEqual(4);
});
