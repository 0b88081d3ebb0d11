import { expect, test } from 'vitest';
import { checkNameServers } from '../../../src/cli/doctor/name-servers.ts';
import { startNameServer, writeResolverFiles } from '../../support/net/name-server.ts';

test('doctor reports which name servers answer', async () => {
  const servers = [await startNameServer({}), await startNameServer('silent')];
  const { resolvConf } = await writeResolverFiles(servers);
  const [answers, silent] = servers.map(({ port }) => `127.0.0.1:${port}`);
  expect(await checkNameServers(resolvConf)).toMatchObject([
    { state: 'ok', found: `${answers} answers` },
    { state: 'warning', found: expect.stringContaining(`${silent} does not answer`) },
  ]);
});
