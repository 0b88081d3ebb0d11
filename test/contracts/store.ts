/** What every object store must do. A store's own test file calls this with its address. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { openStore } from '../../src/storage/drivers.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { links } from './store/links.ts';
import { lists } from './store/lists.ts';
import { agreesWithModel } from './store/model.ts';
import { objects } from './store/objects.ts';
import { keysOf } from './store/suite.ts';
import { wholeOrAbsent } from './store/whole.ts';

export interface StoreUnderTest {
  /** As in DARKROOM_STORE. The driver of the store parses it. */
  readonly address: string;
  /** Variables that the store reads, such as credentials. */
  readonly env?: Readonly<Record<string, string>>;
  close(): Promise<void>;
  /** False if the server of the store accepts links with any signature, so that tests cannot check them. Default: true. */
  readonly checksLinks?: boolean;
}

/**
 * Tests a store that DARKROOM_STORE can name. One store serves all the tests; each has a folder of it to itself.
 *
 * @param title Names the store in the titles of the tests.
 * @param options.onlyKeys Leaves out concurrent and failing writes: for a store that differs only in how it forms keys from one
 *   that passes all tests.
 * @example
 * storeContract('filesystem', async () => {
 *   const root = await mkdtemp(join(tmpdir(), 'darkroom-store-'));
 *   return { address: `file:${root}`, close: () => rm(root, { recursive: true }) };
 * });
 */
export function storeContract(
  title: string,
  makeStore: () => Promise<StoreUnderTest>,
  { onlyKeys = false }: { readonly onlyKeys?: boolean } = {},
): void {
  describe(`${title}: contract of an object store`, () => {
    let made: StoreUnderTest | undefined;
    let store: ObjectStore | undefined;
    let local = '';
    let tests = 0;
    const suite = {
      get store(): ObjectStore {
        if (store === undefined) throw new Error('The store is not there yet');
        return store;
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
    /** Opens the store as each process does. */
    const open = async () => {
      const { DARKROOM_STORE: address, ...settings } = readConfig({ DARKROOM_STORE: made?.address });
      return openStore(address, settings);
    };

    beforeAll(async () => {
      made = await makeStore();
      for (const [name, value] of Object.entries(made.env ?? {})) vi.stubEnv(name, value);
      store = await open();
      local = await mkdtemp(join(tmpdir(), 'darkroom-contract-'));
    });
    beforeEach(() => {
      tests += 1;
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await made?.close();
      await rm(local, { recursive: true, force: true });
    });

    it('passes its check', async () => {
      await expect(suite.store.check()).resolves.toBeUndefined();
    });

    it('shows the same objects to every part that opens it', async () => {
      await suite.store.put(`${suite.at}a`, 'one');
      const other = await open();
      expect(await (await other.get(`${suite.at}a`))?.toArray()).toEqual([Buffer.from('one')]);
      await other.put(`${suite.at}b`, 'two');
      expect(await keysOf(suite.store, suite.at)).toEqual([`${suite.at}a`, `${suite.at}b`]);
    });

    objects(suite);
    if (!onlyKeys) wholeOrAbsent(suite);
    lists(suite);
    links(suite);

    it('behaves like a map, for any sequence of operations', async () => {
      await agreesWithModel(suite);
    });
  });
}
