import { expect, test } from 'vitest';
import { checkNetworks } from '../../src/cli/doctor/networks.ts';
import { createNetworkPolicies } from '../../src/compose-network.ts';
import { readConfig } from '../../src/config/config.ts';

const embedded = { address: '127.0.0.1:7233' };

test('on loopback, callbacks reach this machine, assets do not, and neither reaches darkroom itself', () => {
  const { general, loopback, mayReachLoopback } = createNetworkPolicies(
    readConfig({ DARKROOM_WORKER_METRICS: '127.0.0.1:9464' }),
    embedded,
  );
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '2130706433']) {
    const url = `http://${host}:3000/hook`;
    expect(mayReachLoopback(url)).toBe(true);
    expect(loopback.findRefusal(url)).toBeNull();
    expect(general.findRefusal(url)).toContain('may not reach');
    for (const port of [8080, 7233, 7243, 8233, 9464]) {
      expect(mayReachLoopback(`http://${host}:${port}/`)).toBe(false);
      for (const policy of [general, loopback])
        expect(policy.findRefusal(`http://${host}:${port}/`)).toContain('belongs to this server');
    }
  }
  expect(loopback.findRefusal('http://10.0.0.1/hook')).toContain('a private address');
});

test.each([
  ['networks are set', { DARKROOM_ALLOW_NETWORKS: '10.0.0.0/8' }, embedded],
  ['networks are set to none', { DARKROOM_ALLOW_NETWORKS: '' }, embedded],
  ['the server listens elsewhere', { DARKROOM_LISTEN: '0.0.0.0:8080', DARKROOM_AUTH: 'keys' }, embedded],
  ['Temporal runs elsewhere', {}, { address: 'temporal.example:7233' }],
])('a server lets no callback reach this machine when %s', (_, env, temporal) => {
  const { mayReachLoopback } = createNetworkPolicies(readConfig(env), temporal);
  expect(mayReachLoopback('http://127.0.0.1:3000/hook')).toBe(false);
});

test('a worker applies the decision of the server, except on another machine than Temporal', () => {
  const config = readConfig({ DARKROOM_LISTEN: '0.0.0.0:8080' }, { listens: false });
  const url = 'http://127.0.0.1:3000/hook';
  expect(createNetworkPolicies(config, embedded).loopback.findRefusal(url)).toBeNull();
  for (const address of ['temporal.example:7233', '192.0.2.1:7233'])
    expect(createNetworkPolicies(config, { address }).loopback.findRefusal(url)).toContain('a loopback');
});

test('allowed networks do not contain the servers of darkroom', () => {
  const env = { DARKROOM_ALLOW_NETWORKS: '0.0.0.0/0,::/0', DARKROOM_LISTEN: '127.0.0.1:8090' };
  const policies = createNetworkPolicies(readConfig(env), { address: '10.0.0.5:7400' });
  for (const policy of [policies.general, policies.loopback]) {
    for (const url of ['http://0.0.0.0:8090/', 'http://10.0.0.5:7400/', 'http://10.0.0.5:8400/'])
      expect(policy.findRefusal(url)).toContain('belongs to this server');
    expect(policy.findRefusal('http://10.0.0.6:7400/')).toBeNull();
  }
});

test('denied networks take precedence over allowed ones', () => {
  const env = { DARKROOM_ALLOW_NETWORKS: '10.0.0.0/8', DARKROOM_DENY_NETWORKS: '10.0.0.1:5432' };
  const { general } = createNetworkPolicies(readConfig(env), embedded);
  expect(general.findRefusal('http://10.0.0.1:5432/')).toContain('DARKROOM_DENY_NETWORKS');
  expect(general.findRefusal('http://10.0.0.1:80/')).toBeNull();
});

test.each([
  [{}, 'ok', 'URLs of jobs may reach public addresses; callbacks may also reach this machine'],
  [{ DARKROOM_ALLOW_NETWORKS: '' }, 'ok', 'URLs of jobs may reach public addresses'],
  [
    { DARKROOM_ALLOW_NETWORKS: '10.0.0.0/8:80,127.0.0.1:3000,a.example' },
    'ok',
    'URLs of jobs may reach public addresses, 10.0.0.0/8:80, 127.0.0.1/32:3000, a.example',
  ],
  [
    { DARKROOM_ALLOW_NETWORKS: '127.0.0.0/8' },
    'warning',
    'DARKROOM_ALLOW_NETWORKS lets URLs reach every program on this machine, except darkroom itself: 127.0.0.0/8',
  ],
  [
    { DARKROOM_ALLOW_NETWORKS: '169.254.0.0/16:80' },
    'warning',
    'DARKROOM_ALLOW_NETWORKS lets URLs reach the metadata server of cloud platforms, which may have credentials: 169.254.0.0/16:80',
  ],
  [
    { DARKROOM_ALLOW_NETWORKS: '169.254.0.0/16', DARKROOM_DENY_NETWORKS: '169.254.169.254' },
    'ok',
    'URLs of jobs may reach public addresses, 169.254.0.0/16',
  ],
])('doctor examines %j', (env, state, found) => {
  expect(checkNetworks(readConfig(env))).toEqual([expect.objectContaining({ state, found })]);
});
