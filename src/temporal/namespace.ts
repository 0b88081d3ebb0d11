/** What darkroom needs of a Temporal namespace: search attributes, and a retention that is known. */
import { type Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { searchAttributes } from './attributes.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const { INDEXED_VALUE_TYPE_KEYWORD } = proto.temporal.api.enums.v1.IndexedValueType;

/**
 * Registers our search attributes; doing so again changes nothing. Throws an Error that says what an administrator has
 * to do when one exists with another type, which Temporal would accept in silence, or may not be registered by us.
 */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { connection, options } = client;
  if (!(connection instanceof Connection))
    throw new Error('Search attributes are registered over a client connection');
  const { namespace } = options;
  const wanted = Object.fromEntries(searchAttributes.map(({ name }) => [name, INDEXED_VALUE_TYPE_KEYWORD]));
  const refused = await connection.operatorService
    .addSearchAttributes({ namespace, searchAttributes: wanted })
    .then(
      () => null,
      (error: unknown) => error,
    );
  const { customAttributes } = await connection.operatorService
    .listSearchAttributes({ namespace })
    .catch(() => {
      throw refused ?? new Error('Temporal does not list its search attributes');
    });
  const wrong = searchAttributes.filter(({ name }) => customAttributes[name] !== INDEXED_VALUE_TYPE_KEYWORD);
  if (wrong.length === 0) return;
  const commands = wrong.map(
    ({ name }) =>
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type Keyword`,
  );
  throw new Error(
    `Namespace "${namespace}" lacks search attributes of type Keyword, and they could not be registered. Run:\n${commands.join('\n')}`,
    { cause: refused },
  );
}

/** How long the namespace keeps ended executions, in milliseconds. */
export async function retentionOf(client: Client): Promise<number> {
  const { config } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000;
}

/** Only for our own server: the namespaces of a cluster belong to its administrators. */
export async function setRetention(client: Client, days: number): Promise<void> {
  await client.workflowService.updateNamespace({
    namespace: client.options.namespace,
    config: { workflowExecutionRetentionTtl: { seconds: ((days * DAY_MS) / 1000) as never } },
  });
}
