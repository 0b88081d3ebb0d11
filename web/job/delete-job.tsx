import { useRef } from 'preact/hooks';
import { hasEnded, type Job } from '../../src/client/client.ts';

interface Props {
  readonly job: Job;
  readonly disabled: boolean;
  readonly onDelete: () => void;
}

/** A button that deletes a job after confirmation. */
export function DeleteJob({ job, disabled, onDelete }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        class="danger"
        disabled={disabled}
        onClick={() => dialog.current?.showModal()}
        aria-haspopup="dialog"
      >
        Delete …
      </button>
      <dialog ref={dialog} class="confirm" aria-labelledby="delete-title">
        <h2 id="delete-title">Delete {job.id}?</h2>
        <p>
          {!hasEnded(job) && 'The job is cancelled. '}
          Inputs, results and record are deleted. This cannot be undone, and the id cannot be reused.
        </p>
        <div class="buttons">
          <button type="button" onClick={close}>
            Keep it
          </button>
          <button
            type="button"
            class="danger"
            onClick={() => {
              close();
              onDelete();
            }}
          >
            Delete
          </button>
        </div>
      </dialog>
    </>
  );
}
