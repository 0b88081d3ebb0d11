/** Versions of templates in a store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { templateDocument } from '../../../src/jobs/model/template.ts';
import type { TemplateStore } from '../../../src/jobs/ports/templates.ts';
import { createFilesystemStore } from '../../../src/storage/filesystem/index.ts';
import { createTemplateStore } from '../../../src/storage/templates.ts';

let root: string;
let templates: TemplateStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'darkroom-templates-'));
  templates = createTemplateStore(createFilesystemStore({ root }));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const titled = (title: string) =>
  templateDocument.parse({ title, steps: { facts: { operation: 'image.metadata' } } });

test('each version stays as it was written', async () => {
  for (const title of ['one', 'two', 'three']) await templates.add('acme', 'shoot', titled(title));
  const titles = await Promise.all(
    [1, 2, 3, null, 4].map(async (version) => (await templates.find('acme', 'shoot', version))?.title),
  );
  expect(titles).toEqual(['one', 'two', 'three', 'three', undefined]);
  expect((await templates.versions('acme', 'shoot')).map(({ version }) => version)).toEqual([1, 2, 3]);
  expect(await templates.find(null, 'shoot', null)).toBeNull();
  expect(await templates.find('beta', 'shoot', null)).toBeNull();
});

test('writers at the same time get a version each', async () => {
  const written = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map((title) => templates.add('acme', 'busy', titled(title))),
  );
  expect(new Set(written.map(({ version }) => version)).size).toBe(5);
  for (const { version, title } of written)
    expect((await templates.find('acme', 'busy', version))?.title).toBe(title);
  const listed = (await templates.versions('acme', 'busy')).map(({ version }) => version);
  expect(listed).toEqual(written.map(({ version }) => version).sort((a, b) => a - b));
});

test('a deleted template is gone, and its versions stay taken', async () => {
  await templates.add(null, 'gone', titled('one'));
  await templates.delete(null, 'gone');
  expect(await templates.find(null, 'gone', null)).toBeNull();
  expect(await templates.find(null, 'gone', 1)).toBeNull();
  expect(await templates.versions(null, 'gone')).toEqual([]);
  expect(await templates.names(null)).toEqual({ names: [], deleted: 1 });
  const { version } = await templates.add(null, 'gone', titled('again'));
  expect(version).toBeGreaterThan(1);
  expect(await templates.names(null)).toEqual({ names: ['gone'], deleted: 0 });
});
