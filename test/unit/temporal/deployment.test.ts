import { expect, test } from 'vitest';
import { deploymentFromEnvironment } from '../../../src/temporal/deployment.ts';

test('a worker is unversioned by default', () => {
  expect(deploymentFromEnvironment({})).toBeUndefined();
  expect(
    deploymentFromEnvironment({ TEMPORAL_DEPLOYMENT_NAME: '', TEMPORAL_WORKER_BUILD_ID: '' }),
  ).toBeUndefined();
});

test('name and build id make a version', () => {
  const env = { TEMPORAL_DEPLOYMENT_NAME: 'darkroom', TEMPORAL_WORKER_BUILD_ID: '0.2.0' };
  expect(deploymentFromEnvironment(env)).toEqual({ deploymentName: 'darkroom', buildId: '0.2.0' });
});

test.each([
  [{ TEMPORAL_DEPLOYMENT_NAME: 'darkroom' }, 'TEMPORAL_WORKER_BUILD_ID is missing'],
  [{ TEMPORAL_WORKER_BUILD_ID: '1' }, 'TEMPORAL_DEPLOYMENT_NAME is missing'],
  [
    { TEMPORAL_DEPLOYMENT_NAME: 'a.b', TEMPORAL_WORKER_BUILD_ID: '1' },
    'TEMPORAL_DEPLOYMENT_NAME="a.b": must have no dot',
  ],
])('%o is refused', (env, message) => {
  expect(() => deploymentFromEnvironment(env)).toThrow(message);
});
