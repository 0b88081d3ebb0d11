/** What is said after a submission. */
import { afterEach, expect, test, vi } from 'vitest';
import { sayNext } from '../../../src/cli/next-commands.ts';
import { createClient } from '../../../src/client/client.ts';
import { freePort } from '../../support/ports.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a server that no longer answers does not fail a submission that has happened', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const client = createClient({ url: `http://127.0.0.1:${await freePort()}`, retries: 0 });
  await sayNext(client, 'kept');
  expect(said.mock.calls).toEqual([['Watch it: darkroom watch kept   Open it: darkroom open kept']]);
});
