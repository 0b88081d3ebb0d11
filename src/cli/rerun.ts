/** `darkroom rerun`: runs an ended job again. */
import type { Command } from 'commander';
import { connect, printJson, type ServerOptions, say, withServer } from './connection.ts';
import { type FollowOptions, followJob, reportEnd, timeoutOption } from './follow-job.ts';
import { printPlan } from './plan.ts';

type Options = ServerOptions &
  FollowOptions & {
    readonly from?: string;
    readonly failedAssets?: boolean;
    readonly reason?: string;
    readonly dryRun?: boolean;
  };

export function define(command: Command): void {
  withServer(
    command
      .argument('<id>', 'the job')
      .option('--from <stage>', 'start at this stage (of a pipeline: step), with the results of earlier ones')
      .option('--failed-assets', 'rerun only the assets that failed')
      .option('--reason <text>', 'shown with the job, and in the audit log')
      .option('--dry-run', 'show what would be computed; nothing is started')
      .option('--watch', 'wait for the end and show progress')
      .addOption(timeoutOption('with --watch: stop waiting after this time; the job continues')),
    'print one JSON document (with --watch: a line for each change)',
  ).action(async (id: string, options: Options) => {
    const client = connect(options);
    const { from, failedAssets = false, reason } = options;
    const request = { ...(from === undefined ? {} : { from }), failedAssets };
    if (options.dryRun) return printPlan(await client.planRerun(id, request), options.json);
    const job = await client.rerun(id, { ...request, reason });
    if (!options.watch) {
      if (options.json) printJson(job);
      else say(`${id} runs again, for the ${ordinal(job.run)} time. Watch it: darkroom watch ${id}`);
      return;
    }
    await reportEnd(client, await followJob(client, id, options), options);
  });
}

function ordinal(count: number): string {
  const suffixes: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd', other: 'th' };
  return `${count}${suffixes[new Intl.PluralRules('en', { type: 'ordinal' }).select(count)]}`;
}
