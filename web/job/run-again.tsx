import { useState } from 'preact/hooks';

interface Choice {
  readonly from?: string;
  readonly failedAssets?: boolean;
}

interface Props {
  readonly disabled: boolean;
  readonly stages: readonly string[];
  readonly failedAssets: number;
  readonly onRun: (choice: Choice) => void;
}

const FAILED = 'failed';
const FROM = 'from ';

/** Reruns a job: completely, from a stage, or only the failed assets. */
export function RunAgain({ disabled, stages, failedAssets, onRun }: Props) {
  const [chosen, choose] = useState('');
  const choice: Choice = chosen.startsWith(FROM)
    ? { from: chosen.slice(FROM.length) }
    : chosen === FAILED
      ? { failedAssets: true }
      : {};
  const hasChoice = stages.length > 0 || failedAssets > 0;
  return (
    <span class="run-again">
      <button type="button" disabled={disabled} onClick={() => onRun(choice)}>
        Run again
      </button>
      {hasChoice && (
        <select
          aria-label="What to run again"
          disabled={disabled}
          value={chosen}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          <option value="">everything</option>
          {stages.map((stage) => (
            <option key={stage} value={FROM + stage}>
              from {stage}
            </option>
          ))}
          {failedAssets > 0 && <option value={FAILED}>failed assets only</option>}
        </select>
      )}
    </span>
  );
}
