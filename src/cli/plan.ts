/** Prints what a job would compute. */
import type { JobAsset, JobPlan, JobSpec } from '../client/client.ts';
import { formatBytes, formatDuration } from '../lib/units.ts';
import { printJson } from './connection.ts';
import { columns } from './terminal/columns.ts';
import { plain } from './terminal/plain.ts';

type NamedAsset = JobSpec['assets'][number];

/** A plan names a file that would be uploaded, and does not send it. */
export const nameUpload = ({ source, ...asset }: JobAsset, index: number): NamedAsset =>
  'blob' in source ? { ...asset, source: { upload: `file-${index}` } } : { ...asset, source };

export function printPlan(plan: JobPlan, json = false): void {
  if (json) printJson(plan);
  else console.log(formatPlan(plan));
}

function formatPlan({ exists, run, template, assets, steps, estimate, notes }: JobPlan): string {
  const rows = steps.map(({ name, operation, stages, estimate: { inputs, files, seconds, bytes } }) => [
    plain(name),
    plain(operation),
    describeStages(stages),
    formatCount(inputs),
    formatCount(files),
    formatTime(seconds),
    formatSize(bytes),
  ]);
  const total = `about ${formatTime(estimate.seconds)}, result about ${formatSize(estimate.bytes)}`;
  return [
    `${template ?? 'job'}, run ${run}, ${assets} ${assets === 1 ? 'asset' : 'assets'}: ${total}`,
    ...(exists && run === 1 ? ['The same request has made its job already'] : []),
    columns([['STEP', 'OPERATION', 'COMPUTES', 'INPUTS', 'FILES', 'TIME', 'SIZE'], ...rows], '  '),
    ...notes.map((note) => `  ${plain(note)}`),
  ].join('\n');
}

function describeStages(stages: JobPlan['steps'][number]['stages']): string {
  const computed = stages.filter(({ computes }) => computes !== 'nothing');
  if (computed.length === 0) return 'nothing';
  if (computed.some(({ computes }) => computes === 'failed')) return 'failed inputs';
  return computed.length === stages.length ? 'all' : `from ${computed[0]?.name}`;
}

const formatCount = (count: number | null): string => (count === null ? '?' : String(count));
const formatTime = (seconds: number | null): string =>
  seconds === null ? '?' : formatDuration(seconds * 1000);
const formatSize = (bytes: number | null): string => (bytes === null ? '?' : formatBytes(bytes));
