/** The tables of docs/operations.md: all operations, and the parameters of each. */
import { builtIn, createRegistry } from '../../operations/registry.ts';
import { parameterRows } from '../../src/cli/params/parameter-rows.ts';
import type { OperationInfo } from '../../src/jobs/ports/operation-catalogue.ts';
import { renderTable } from './table.ts';

const operations = createRegistry(builtIn).list();

/** The generated parts by name. Each operation with parameters has one. */
export const operationParts: ReadonlyMap<string, string> = new Map([
  ['operations', renderOverview()],
  ...operations.flatMap((operation): [string, string][] => {
    const rows = describeParameters(operation);
    const table = renderTable(['parameter', 'value', 'meaning'], rows);
    return rows.length === 0 ? [] : [[`parameters of ${operation.name}`, table]];
  }),
]);

function renderOverview(): string {
  return renderTable(
    ['operation', 'result', 'description'],
    operations.map(({ name, result, description }) => [
      `[\`${name}\`](#${name.replaceAll('.', '')})`,
      result === 'json' ? 'JSON' : 'files',
      readFirstSentence(description),
    ]),
  );
}

function readFirstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0] ?? '';
}

/** The page describes `on_error` and `on_damaged` once for all operations. */
function describeParameters({ params }: OperationInfo): string[][] {
  return parameterRows(params)
    .filter(
      ([name, kind]) => name !== 'on_damaged' && !(name === 'on_error' && kind?.includes('default fail')),
    )
    .map(([name = '', kind = '', meaning = '']) => [
      `\`${name}\``,
      kind.replace('true | false', 'true or false').replaceAll(' | ', ', '),
      meaning,
    ]);
}
