/** `darkroom audit`: exports the audit log from the object store. */
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { type AuditEvent, auditColumns } from '../auth/audit-event.ts';
import { isTenant, TENANT_RULE } from '../auth/tenant.ts';
import { openAudit } from '../compose-store.ts';
import { type Config, readConfig } from '../config/config.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { UsageError } from './exit-code.ts';
import { readTime } from './parse-time.ts';

/** Examples of relative times. */
const TIMES = '30m, 12h, 90d';

interface ExportOptions {
  readonly since?: string;
  readonly until?: string;
  readonly tenant?: string;
  readonly format: 'jsonl' | 'csv';
}

export function define(command: Command): void {
  command
    .command('export')
    .description('print audit events on stdout, about in the order of their time')
    .option('--since <time>', 'events from this time on: 30m, 12h, 90d ago, or a date; default: all')
    .option('--until <time>', 'events before this time; default: now')
    .option('--tenant <name>', 'events of this tenant only')
    .addOption(
      new Option('--format <format>', 'JSON lines or CSV').choices(['jsonl', 'csv']).default('jsonl'),
    )
    .action(exportEvents);
}

async function exportEvents({ since, until, tenant, format }: ExportOptions): Promise<void> {
  if (tenant !== undefined && !isTenant(tenant))
    throw new UsageError(`--tenant ${tenant}: must be ${TENANT_RULE}`);
  const from = since === undefined ? new Date(0) : readTime('--since', since, 'past', TIMES);
  const to = until === undefined ? new Date() : readTime('--until', until, 'past', TIMES);
  const config = readConfig(process.env, { listens: false });
  await prepareDataDirectory(config);
  const audit = await openAudit(config);
  if (format === 'csv') process.stdout.write(formatRow(auditColumns));
  for await (const event of audit.read(from, to)) {
    if (tenant !== undefined && event.tenant !== tenant) continue;
    const line =
      format === 'csv' ? formatRow(auditColumns.map((name) => event[name])) : `${JSON.stringify(event)}\n`;
    if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  const period = `${from.toISOString()} to ${to.toISOString()}`;
  await recordCommand(config, {
    action: 'audit.export',
    tenant: tenant ?? null,
    target: period,
    detail: format,
  });
}

/** Records what a command has done. Throws store_unavailable. */
export async function recordCommand(
  config: Config,
  event: Pick<AuditEvent, 'action' | 'tenant' | 'target' | 'detail'>,
): Promise<void> {
  const audit = await openAudit(config);
  await audit.write([
    {
      time: new Date().toISOString(),
      outcome: 'success',
      subject: `user ${userInfo().username} of the command line`,
      role: null,
      address: null,
      request_id: null,
      omitted: 0,
      ...event,
    },
  ]);
}

/** RFC 4180. A text that a spreadsheet would take for a formula begins with an apostrophe: clients choose some of them. */
const formatRow = (cells: readonly (string | number | null)[]): string =>
  `${cells.map((cell) => quoteCell(String(cell ?? '').replace(/^[=+\-@\t\r]/, "'$&"))).join(',')}\r\n`;

const quoteCell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
