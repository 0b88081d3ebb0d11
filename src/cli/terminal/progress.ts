/** The progress of a job on stderr: a bar on a terminal; elsewhere a line for each transition and each tenth. */
import { SingleBar } from 'cli-progress';
import type { JobProgress } from '../../client/client.ts';

export interface ProgressView {
  update(progress: JobProgress): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

export const createProgressView = (): ProgressView => (process.stderr.isTTY ? bar() : lines());

function bar(): ProgressView {
  const view = new SingleBar({
    format: '[{bar}] {percentage}%  {how}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    stream: process.stderr,
    hideCursor: true,
    gracefulExit: false,
  });
  view.start(100, 0, { how: '' });
  return {
    update: (progress) => view.update(Math.floor(progress.progress), { how: how(progress) }),
    stop: () => view.stop(),
  };
}

function lines(): ProgressView {
  let last = '';
  return {
    update: (progress) => {
      const tenth = Math.floor(progress.progress / 10) * 10;
      const line = `${String(tenth).padStart(3)} %  ${how({ ...progress, assets: null })}`;
      if (line === last) return;
      last = line;
      console.error(line);
    },
    stop: () => undefined,
  };
}

function how({
  state,
  stage,
  paused,
  assets,
}: Omit<JobProgress, 'assets'> & { assets: JobProgress['assets'] | null }): string {
  const downloading = state === 'downloading' && assets ? ` ${assets.downloaded} of ${assets.total}` : '';
  const failed = assets && assets.failed > 0 ? `, ${assets.failed} failed` : '';
  return `${state}${downloading}${stage === null ? '' : ` (${stage})`}${failed}${paused ? ', paused' : ''}`;
}
