/** Shows the progress of a job on stderr: a bar on a terminal, otherwise a line for each transition and each 10 %. */
import { SingleBar } from 'cli-progress';
import { hasEnded, type JobProgress } from '../../client/client.ts';

export interface ProgressView {
  update(progress: JobProgress): void;
  /** Shows what the job waits for; null: nothing. */
  explain(reason: string | null): void;
  /** Restores the terminal. */
  stop(): void;
}

/** Never shows less progress than before: a stage that begins again after a crash reports less. */
export function createProgressView(): ProgressView {
  const draw = process.stderr.isTTY ? bar() : lines();
  let shown: JobProgress | null = null;
  let reason: string | null = null;
  return {
    update: (progress) => {
      const most = Math.max(progress.progress, shown?.progress ?? 0);
      shown = { ...progress, progress: most };
      draw.update(shown, reason);
    },
    explain: (now) => {
      reason = now;
      if (shown) draw.update(shown, reason);
    },
    stop: draw.stop,
  };
}

interface Drawing {
  update(progress: JobProgress, reason: string | null): void;
  stop(): void;
}

function bar(): Drawing {
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
    update: (progress, reason) =>
      view.update(Math.floor(progress.progress), { status: formatStatus(progress, reason) }),
    stop: () => view.stop(),
  };
}

function lines(): Drawing {
  let last = '';
  return {
    update: (progress, reason) => {
      const tenth = Math.floor(progress.progress / 10) * 10;
      const line = `${String(tenth).padStart(3)} %  ${formatStatus({ ...progress, assets: null }, reason)}`;
      // The seconds of a wait make no new line.
      const key = line.replace(/\d+ s\b/g, '');
      if (key === last) return;
      last = key;
      console.error(line);
    },
    stop: () => undefined,
  };
}

function formatStatus(
  { state, stage, paused, assets }: Omit<JobProgress, 'assets'> & { assets: JobProgress['assets'] | null },
  reason: string | null,
): string {
  const downloading = state === 'downloading' && assets ? ` ${assets.downloaded} of ${assets.total}` : '';
  const failed = assets && assets.failed > 0 ? `, ${assets.failed} failed` : '';
  const why = reason === null || hasEnded({ state }) ? '' : `: ${reason}`;
  return `${state}${downloading}${stage === null ? '' : ` (${stage})`}${failed}${paused ? ', paused' : ''}${why}`;
}
