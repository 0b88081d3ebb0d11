/** The worker deployment version of a worker, by the variables that Temporal's Worker Controller sets. */
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { ConfigError } from '../lib/settings/config-error.ts';

/**
 * Reads TEMPORAL_DEPLOYMENT_NAME and TEMPORAL_WORKER_BUILD_ID. Undefined when neither is set: the worker is unversioned.
 *
 * @throws {ConfigError} When one of them is missing or malformed.
 */
export function deploymentFromEnvironment(
  env: NodeJS.ProcessEnv = process.env,
): WorkerDeploymentVersion | undefined {
  const deploymentName = env['TEMPORAL_DEPLOYMENT_NAME'] || undefined;
  const buildId = env['TEMPORAL_WORKER_BUILD_ID'] || undefined;
  if (deploymentName === undefined && buildId === undefined) return undefined;
  if (deploymentName === undefined)
    throw new ConfigError('TEMPORAL_DEPLOYMENT_NAME is missing: TEMPORAL_WORKER_BUILD_ID needs it');
  if (buildId === undefined)
    throw new ConfigError('TEMPORAL_WORKER_BUILD_ID is missing: TEMPORAL_DEPLOYMENT_NAME needs it');
  // Temporal joins the two with a dot.
  if (deploymentName.includes('.') || deploymentName.startsWith('__'))
    throw new ConfigError(
      `TEMPORAL_DEPLOYMENT_NAME="${deploymentName}": must have no dot, and not begin with "__"`,
    );
  return { deploymentName, buildId };
}
