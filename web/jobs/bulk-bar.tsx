import { useRef, useState } from 'preact/hooks';
import type { Job } from '../../src/client/client.ts';
import { useClient, useSession } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { type BulkAction, type BulkFailure, bulkActions, runBulk } from './bulk-actions.ts';

interface Props {
  readonly selected: readonly Job[];
  readonly onClear: () => void;
  /** Called when an action has ended. */
  readonly onDone: () => void;
}

/** Cancels, reruns or deletes the selected jobs, after confirmation. */
export function BulkBar({ selected, onClear, onDone }: Props) {
  const client = useClient();
  const { caller } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [action, setAction] = useState<BulkAction | null>(null);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [failures, setFailures] = useState<readonly BulkFailure[]>([]);
  const permitted = bulkActions.filter(({ permission }) => caller?.actions.includes(permission) ?? true);
  const targets = action === null ? [] : selected.filter((job) => !action.skips(job));
  const title = action?.describe(formatCount(targets.length, 'job')) ?? '';
  const confirm = (chosen: BulkAction) => {
    setAction(chosen);
    setFailures([]);
    dialog.current?.showModal();
  };
  const run = async () => {
    dialog.current?.close();
    if (action === null) return;
    setBusy(true);
    const ids = targets.map(({ id }) => id);
    setFailures(await runBulk(client, action, ids, reason.trim() || undefined));
    setBusy(false);
    setReason('');
    onDone();
  };
  return (
    <section class="bulk" aria-label="Selected jobs">
      {selected.length > 0 && (
        <div class="buttons">
          <span>{formatCount(selected.length, 'job')} selected</span>
          {permitted.map((each) => (
            <button
              key={each.name}
              type="button"
              class={each.name === 'Delete' ? 'danger' : ''}
              disabled={busy || selected.every(each.skips)}
              aria-haspopup="dialog"
              onClick={() => confirm(each)}
            >
              {each.name} …
            </button>
          ))}
          <button type="button" class="plain" onClick={onClear}>
            Clear selection
          </button>
        </div>
      )}
      {failures.length > 0 && (
        <ul class="problem" role="alert">
          {failures.map(({ id, detail }) => (
            <li key={id}>
              <code>{id}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <dialog ref={dialog} class="confirm" aria-labelledby="bulk-title">
        <h2 id="bulk-title">{title}?</h2>
        {targets.length < selected.length && (
          <p>The action does not apply to {formatCount(selected.length - targets.length, 'selected job')}.</p>
        )}
        {action?.warning && <p>{action.warning}</p>}
        {action && (
          <div class="field">
            <label for="bulk-reason">Reason</label>
            <input
              id="bulk-reason"
              aria-describedby="bulk-reason-help"
              value={reason}
              maxLength={1000}
              onInput={({ currentTarget }) => setReason(currentTarget.value)}
            />
            <p class="help" id="bulk-reason-help">
              Optional. {action.reasonHelp}
            </p>
          </div>
        )}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
          <button
            type="button"
            class={action?.name === 'Delete' ? 'danger' : 'primary'}
            onClick={() => void run()}
          >
            {title}
          </button>
        </div>
      </dialog>
    </section>
  );
}
