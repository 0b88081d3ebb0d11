/** `darkroom engines`: what operations need of workers, and whether a live worker offers it. */
import type { Command } from 'commander';
import type { Operation } from '../client/client.ts';
import { clientOf, printJson, type ServerOptions, withServer } from './connection.ts';
import { columns } from './terminal/columns.ts';

interface Capability {
  readonly name: string;
  /** Null: no operation needs it alone, so the server does not tell. */
  readonly available: boolean | null;
  readonly operations: readonly string[];
}

export function define(command: Command): void {
  withServer(command).action(async (options: ServerOptions) => {
    const capabilities = capabilitiesOf(await clientOf(options).operations());
    if (options.json) return printJson({ capabilities });
    const rows = capabilities.map(({ name, available, operations }) => [
      name,
      available === null
        ? 'unknown'
        : available
          ? { text: 'yes', colour: 'green' as const }
          : { text: 'no worker', colour: 'yellow' as const },
      operations.join(', '),
    ]);
    console.log(columns([['CAPABILITY', 'AVAILABLE', 'NEEDED BY'], ...rows]));
  });
}

/** An operation is available when a worker offers all that it needs; one that is not says something only if it needs one thing. */
function capabilitiesOf(operations: readonly Operation[]): Capability[] {
  const names = [...new Set(operations.flatMap(({ capabilities }) => capabilities))].sort();
  return names.map((name) => {
    const needing = operations.filter(({ capabilities }) => capabilities.includes(name));
    const offered = needing.some(({ available }) => available);
    const missing = needing.some(({ available, capabilities }) => !available && capabilities.length === 1);
    return {
      name,
      available: offered ? true : missing ? false : null,
      operations: needing.map((operation) => operation.name),
    };
  });
}
