/** Shows the progress of a job on stderr: a bar on a terminal, otherwise a line for each transition and each 10 %. */
import { SingleBar } from 'cli-progress';
import type { JobProgress } from '../../client/client.ts';

export interface ProgressView {
  update(progress: JobProgress): void;
  /** Restores the terminal. */
  stop(): void;
}

export const createProgressView = (): ProgressView => (process.stderr.isTTY ? bar() : lines());

function bar(): ProgressView {
  const view = new SingleBar({
    format: '[{bar}] {percentage}%  {status}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stderr,
    hideCursor: true,
    gracefulExit: false,
  });
  view.start(100, 0, { status: '' });
  return {
    update: (progress) => view.update(Math.floor(progress.progress), { status: formatStatus(progress) }),
    stop: () => view.stop(),
  };
}

function lines(): ProgressView {
  let last = '';
  return {
    update: (progress) => {
      const tenth = Math.floor(progress.progress / 10) * 10;
      const line = `${String(tenth).padStart(3)} %  ${formatStatus({ ...progress, assets: null })}`;
      if (line === last) return;
      last = line;
      console.error(line);
    },
    stop: () => undefined,
  };
}

function formatStatus({
  state,
  stage,
  paused,
  assets,
}: Omit<JobProgress, 'assets'> & { assets: JobProgress['assets'] | null }): string {
  const downloading = state === 'downloading' && assets ? ` ${assets.downloaded} of ${assets.total}` : '';
  const failed = assets && assets.failed > 0 ? `, ${assets.failed} failed` : '';
  return `${state}${downloading}${stage === null ? '' : ` (${stage})`}${failed}${paused ? ', paused' : ''}`;
}
