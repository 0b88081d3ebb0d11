/** Templates in the object store: an object for each version, which is never changed. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TemplateDocument } from '../jobs/model/template.ts';
import type { StoredTemplate, TemplateOwner, TemplateStore } from '../jobs/ports/templates.ts';
import { readJson } from './json.ts';
import * as layout from './layout.ts';
import type { ObjectStore } from './object-store.ts';

/** Milliseconds that two writers of the same version wait at most before they try again. */
const RETRY_MS = 200;

/** An object of a template, by its key. */
interface Entry {
  readonly key: string;
  readonly name: string;
  readonly version: number;
  /** True: it marks that the versions before it were deleted. */
  readonly isDeletion: boolean;
  readonly created_at: string;
}

export const createTemplateStore = (store: ObjectStore): TemplateStore => {
  async function list(prefix: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const { key, modified } of store.list(prefix))
      entries.push({ ...layout.parseTemplateKey(key), key, created_at: modified.toISOString() });
    return entries;
  }

  /** The versions since the last deletion, and the number of the last object. */
  async function readVersions(owner: TemplateOwner, name: string) {
    const all = await list(layout.templatePrefix(owner, name));
    const live = all.slice(all.findLastIndex(({ isDeletion }) => isDeletion) + 1);
    return { all, live, last: all.at(-1)?.version ?? 0 };
  }

  /** Writes the next object, unless another writer does so at the same time: of several, at most one remains. */
  async function append(owner: TemplateOwner, name: string, tag: string, body: (version: number) => object) {
    for (;;) {
      const { last } = await readVersions(owner, name);
      const version = last + 1;
      const key = layout.templateKey(owner, name, version, tag);
      const content = body(version);
      await store.put(key, JSON.stringify(content));
      const { all } = await readVersions(owner, name);
      if (!all.some((entry) => entry.version >= version && entry.key !== key)) return content;
      await store.delete(key);
      await sleep(Math.random() * RETRY_MS);
    }
  }

  return {
    async names(owner) {
      const latest = new Map((await list(layout.templatesPrefix(owner))).map((entry) => [entry.name, entry]));
      const entries = [...latest.values()];
      const live = entries.filter(({ isDeletion }) => !isDeletion).map(({ name }) => name);
      return { names: live, deleted: entries.length - live.length };
    },

    async find(owner, name, version) {
      const { live } = await readVersions(owner, name);
      const found = version === null ? live.at(-1) : live.find((entry) => entry.version === version);
      return found ? readJson<StoredTemplate>(store, found.key) : null;
    },

    async versions(owner, name) {
      const { live } = await readVersions(owner, name);
      return live.map(({ version, created_at }) => ({ version, created_at }));
    },

    async add(owner, name, document) {
      const created_at = new Date().toISOString();
      const body = (version: number): StoredTemplate => ({ ...document, version, created_at });
      return (await append(owner, name, digest(document), body)) as StoredTemplate;
    },

    async delete(owner, name) {
      const { all } = await readVersions(owner, name);
      await append(owner, name, layout.DELETED, () => ({}));
      for (const { key } of all) await store.delete(key);
    },
  };
};

/** Two writers of one version write different objects, unless they write the same. */
const digest = (document: TemplateDocument): string =>
  createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 16);
