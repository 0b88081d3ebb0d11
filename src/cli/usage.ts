/** `darkroom usage`: shows the resource usage of jobs by day and operation. */
import type { Command } from 'commander';
import { formatBytes } from '../lib/units.ts';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { columns } from './terminal/columns.ts';

interface Options extends ServerOptions {
  readonly from?: string;
  readonly to?: string;
}

export function define(command: Command): void {
  withServer(
    command
      .option('--from <day>', 'first day, such as 2026-11-01; default: first of this month')
      .option('--to <day>', 'last day; default: today'),
  ).action(usage);
}

async function usage({ from, to, ...options }: Options): Promise<void> {
  const report = await connect(options).usage({ from, to });
  if (options.json) return printJson(report);
  if (report.usage.length === 0) return say(`No jobs ended from ${report.from} to ${report.to}`);
  const rows = report.usage.map((row) => [
    row.day,
    row.operation,
    String(row.jobs.completed),
    String(row.jobs.failed),
    String(row.jobs.cancelled),
    formatBytes(row.bytes_in),
    formatBytes(row.bytes_out),
    `${row.compute_seconds.toFixed(1)} s`,
    `${row.reused_seconds.toFixed(1)} s`,
  ]);
  console.log(
    columns([
      ['DAY', 'OPERATION', 'COMPLETED', 'FAILED', 'CANCELLED', 'IN', 'OUT', 'COMPUTE', 'REUSED'],
      ...rows,
    ]),
  );
}
