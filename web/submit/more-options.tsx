import type { Draft } from './draft.ts';
import type { FieldErrors } from './field-errors.ts';
import { FieldFrame } from './field-frame.tsx';

interface Props {
  readonly draft: Draft;
  readonly fieldErrors: FieldErrors;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Pointers of the fields in here. */
export const optionPointers = [
  '/id',
  '/callback/url',
  '/callback/token',
  '/callback',
  '/priority',
  '/labels',
];

/** What most jobs need none of. */
export function MoreOptions({ draft, fieldErrors, onChange }: Props) {
  const wrong = optionPointers.some((pointer) => fieldErrors.has(pointer));
  return (
    <details class="panel" open={wrong || undefined}>
      <summary>Id, callback, priority, labels</summary>
      <FieldFrame
        id="/id"
        label="Job id"
        help="Letters, digits, `.`, `_`, `:`, `-`. Left out, the server makes one."
        errors={fieldErrors.get('/id')}
      >
        {(ids) => (
          <input
            {...ids}
            autocomplete="off"
            spellcheck={false}
            value={draft.id}
            onInput={({ currentTarget }) => onChange({ id: currentTarget.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame
        id="/callback/url"
        label="Callback URL"
        help="Told of the end by a signed POST."
        errors={fieldErrors.get('/callback/url') ?? fieldErrors.get('/callback')}
      >
        {(ids) => (
          <input
            {...ids}
            inputMode="url"
            autocomplete="off"
            value={draft.callbackUrl}
            onInput={({ currentTarget }) => onChange({ callbackUrl: currentTarget.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame
        id="/callback/token"
        label="Callback token"
        help="Sent back as `Authorization: Bearer`; kept encrypted."
        errors={fieldErrors.get('/callback/token')}
      >
        {(ids) => (
          <input
            {...ids}
            type="password"
            autocomplete="off"
            value={draft.callbackToken}
            onInput={({ currentTarget }) => onChange({ callbackToken: currentTarget.value })}
          />
        )}
      </FieldFrame>
      <FieldFrame
        id="/priority"
        label="Priority"
        help="1 is served first; 3 is usual."
        errors={fieldErrors.get('/priority')}
      >
        {(ids) => (
          <select
            {...ids}
            value={draft.priority}
            onChange={({ currentTarget }) => onChange({ priority: currentTarget.value })}
          >
            <option value="">usual</option>
            {[1, 2, 3, 4, 5].map((priority) => (
              <option key={priority}>{priority}</option>
            ))}
          </select>
        )}
      </FieldFrame>
      <FieldFrame
        id="/labels"
        label="Labels"
        help="`name=value`, one a line. Shown, never interpreted."
        errors={fieldErrors.get('/labels')}
      >
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            class="code"
            spellcheck={false}
            value={draft.labels}
            onInput={({ currentTarget }) => onChange({ labels: currentTarget.value })}
          />
        )}
      </FieldFrame>
    </details>
  );
}
