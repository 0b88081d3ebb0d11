/** The requirements for a Temporal namespace: search attributes, and a known retention. */
import { type Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { DAY_MS } from '../lib/units.ts';
import { searchAttributes } from './names.ts';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_KEYWORD_LIST, INDEXED_VALUE_TYPE_INT } =
  proto.temporal.api.enums.v1.IndexedValueType;

/** Names of the attribute types in the API and in Temporal's CLI. */
const types = {
  KEYWORD: { code: INDEXED_VALUE_TYPE_KEYWORD, word: 'Keyword' },
  KEYWORD_LIST: { code: INDEXED_VALUE_TYPE_KEYWORD_LIST, word: 'KeywordList' },
  INT: { code: INDEXED_VALUE_TYPE_INT, word: 'Int' },
} as const;

/**
 * Registers our search attributes; doing so again changes nothing. Throws an Error that says what an administrator has
 * to do when one exists with another type, which Temporal would accept in silence, or may not be registered by us.
 */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const { namespace } = client.options;
  const wanted = Object.fromEntries(searchAttributes.map(({ name, type }) => [name, types[type].code]));
  const refused = await createOperator(client)
    .addSearchAttributes({ namespace, searchAttributes: wanted })
    .then(
      () => null,
      (error: unknown) => error,
    );
  const wrong = await missingSearchAttributes(client).catch(() => {
    throw refused ?? new Error('Temporal does not list its search attributes');
  });
  if (wrong.length === 0) return;
  const commands = wrong.map((attribute) => registrationCommand(namespace, attribute));
  throw new Error(
    `Namespace "${namespace}" lacks search attributes, or has them with another type, and they could not be registered. Run:\n${commands.join('\n')}`,
    { cause: refused },
  );
}

/** Returns the search attributes that are missing or have another type. */
export async function missingSearchAttributes(client: Client): Promise<(typeof searchAttributes)[number][]> {
  const { namespace } = client.options;
  const { customAttributes } = await createOperator(client).listSearchAttributes({ namespace });
  return searchAttributes.filter(({ name, type }) => customAttributes[name] !== types[type].code);
}

/** Returns the command with which an administrator adds an attribute. */
export const registrationCommand = (
  namespace: string,
  { name, type }: (typeof searchAttributes)[number],
): string =>
  `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${types[type].word}`;

function createOperator({ connection }: Client): Connection['operatorService'] {
  if (connection instanceof Connection) return connection.operatorService;
  throw new Error('Search attributes are registered over a client connection');
}

/** Returns how long the namespace keeps ended executions, in milliseconds. */
export async function readRetention(client: Client): Promise<number> {
  const { config } = await client.workflowService.describeNamespace({ namespace: client.options.namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) * 1000;
}

/** For the embedded server only: administrators own the namespaces of a cluster. */
export async function setRetention(client: Client, days: number): Promise<void> {
  await client.workflowService.updateNamespace({
    namespace: client.options.namespace,
    config: { workflowExecutionRetentionTtl: { seconds: ((days * DAY_MS) / 1000) as never } },
  });
}
