/** The modules of the workflows. Each workflow runs them anew, so a library among them costs CPU time with every job. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { bundlePath } from '../../../src/temporal/worker.ts';

test('workflows have no library but those of Temporal', async () => {
  const bundle = await readFile(bundlePath, 'utf8');
  const modules = [...bundle.matchAll(/^\/\*\*\*\/ "[^"]*\/node_modules\/((?:@[^/"]+\/)?[^/"]+)/gm)];
  const libraries = new Set(modules.map(([, name]) => name));
  expect(libraries).toContain('@temporalio/workflow');
  expect([...libraries].filter((name) => !name?.startsWith('@temporalio/')).sort()).toEqual([
    'long',
    'ms',
    'nexus-rpc',
  ]);
});
