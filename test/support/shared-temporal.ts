/** The Temporal server that all service tests share. Each stack gets a namespace of its own in it. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createClient, type TemporalTarget } from '../../src/temporal/connection.ts';
import { registerSearchAttributes } from '../../src/temporal/namespace.ts';

const RETENTION_SECONDS = 24 * 3600;

/** False in tests of other projects, whose stacks start a Temporal server of their own. */
export const isTemporalShared = (): boolean => inject('temporalAddress') !== null;

/**
 * Registers a new namespace, with darkroom's search attributes.
 *
 * @param address - Of the server. Default: the shared one.
 */
export async function createNamespace(address = inject('temporalAddress')): Promise<TemporalTarget> {
  if (address === null) throw new Error('Only service tests share a Temporal server');
  const namespace = `test-${randomUUID()}`;
  const target: TemporalTarget = { namespace, options: { address }, address };
  const client = createClient(target);
  try {
    await client.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: RETENTION_SECONDS as never },
    });
    await registerSearchAttributes(client);
  } finally {
    await client.connection.close();
  }
  return target;
}
