/** What every object store must do. A store's own test file calls this with a way to make one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { links } from './store/links.ts';
import { lists } from './store/lists.ts';
import { agreesWithModel } from './store/model.ts';
import { objects } from './store/objects.ts';
import { keysOf } from './store/suite.ts';
import { wholeOrAbsent } from './store/whole.ts';

export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Opens the same store again, as another process does. */
  reopen(): ObjectStore;
  close(): Promise<void>;
  /** False if the server of the store accepts links with any signature, so that tests cannot check them. Default: true. */
  readonly checksLinks?: boolean;
}

/** One store serves all the tests; each has a folder of it to itself. */
export function storeContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`${name}: contract of an object store`, () => {
    let made: StoreUnderTest | undefined;
    let local = '';
    let tests = 0;
    const suite = {
      get store(): ObjectStore {
        if (made === undefined) throw new Error('The store is not there yet');
        return made.store;
      },
      get at() {
        return `contract/${tests}/`;
      },
      get local() {
        return local;
      },
      get checksLinks() {
        return made?.checksLinks ?? true;
      },
    };

    beforeAll(async () => {
      made = await makeStore();
      local = await mkdtemp(join(tmpdir(), 'darkroom-contract-'));
    });
    beforeEach(() => {
      tests += 1;
    });
    afterAll(async () => {
      await made?.close();
      await rm(local, { recursive: true, force: true });
    });

    it('passes its check', async () => {
      await expect(suite.store.check()).resolves.toBeUndefined();
    });

    it('shows the same objects to every part that opens it', async () => {
      await suite.store.put(`${suite.at}a`, 'one');
      const other = made?.reopen();
      expect(await (await other?.get(`${suite.at}a`))?.toArray()).toEqual([Buffer.from('one')]);
      await other?.put(`${suite.at}b`, 'two');
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}a`, `${suite.at}b`]);
    });

    objects(suite);
    wholeOrAbsent(suite);
    lists(suite);
    links(suite);

    it('behaves like a map, for any sequence of operations', async () => {
      await agreesWithModel(suite);
    });
  });
}
