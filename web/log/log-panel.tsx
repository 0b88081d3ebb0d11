import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { hasEnded, type Job } from '../../src/client/client.ts';
import { logUrl } from '../lib/result-urls.ts';
import { useSession } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { LogLine } from './log-line.tsx';
import type { JobLog } from './use-log.ts';

/** Entries that are shown at first: the latest. */
const INITIAL_COUNT = 200;
/** Pixels from the end within which the list follows new entries. */
const NEAR_END = 40;
const ALL = '';

/** The log of a job, by stage. While the job runs, it follows the latest entries unless the user scrolls back. */
export function LogPanel({ job, log: { entries, problem } }: { job: Job; log: JobLog }) {
  const { token } = useSession();
  const [stage, setStage] = useState(ALL);
  const [count, setCount] = useState(INITIAL_COUNT);
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const stages = [...new Set(entries.flatMap((entry) => entry.stage ?? []))];
  const chosen = stage === ALL ? entries : entries.filter((entry) => entry.stage === stage);
  const shown = chosen.slice(-count);
  const hasRuns = entries.some(({ run }) => run !== entries[0]?.run);
  useLayoutEffect(() => {
    if (list.current && atEnd.current && !hasEnded(job)) list.current.scrollTop = list.current.scrollHeight;
  }, [shown.length]);
  if (entries.length === 0) return <ProblemNote problem={problem} what="The log could not be loaded" />;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Log</h2>
        {stages.length > 0 && (
          <label class="search">
            Stage
            <select value={stage} onChange={({ currentTarget }) => setStage(currentTarget.value)}>
              <option value={ALL}>all</option>
              {stages.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {token === null && (
          <a class="button" href={logUrl(job.id)} target="_blank" rel="noreferrer">
            As text
          </a>
        )}
      </div>
      <ProblemNote problem={problem} what="The log could not be refreshed" />
      {chosen.length > shown.length && (
        <button type="button" class="more" onClick={() => setCount(count * 4)}>
          {formatCount(chosen.length - shown.length, 'earlier entry', 'earlier entries')}
        </button>
      )}
      <div
        ref={list}
        class="log"
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
        tabIndex={0}
        aria-label="Log of the job"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
        }}
      >
        <ol>
          {shown.map((entry, at) => (
            <LogLine key={entry.id} entry={entry} startsRun={hasRuns && shown[at - 1]?.run !== entry.run} />
          ))}
        </ol>
      </div>
    </section>
  );
}
