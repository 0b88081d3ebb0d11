import type { Draft } from './draft.ts';
import type { FieldErrors } from './field-errors.ts';
import { FieldFrame } from './field-frame.tsx';

interface Props {
  readonly draft: Draft;
  readonly fieldErrors: FieldErrors;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** JSON Pointers of the fields below. */
export const optionPointers = [
  '/id',
  '/callback/url',
  '/callback/token',
  '/callback',
  '/priority',
  '/labels',
];

/** Optional fields, collapsed by default. */
export function MoreOptions({ draft, fieldErrors, onChange }: Props) {
  const hasErrors = optionPointers.some((pointer) => fieldErrors.has(pointer));
  return (
    <details class="panel" open={hasErrors || undefined}>
      <summary>Id, callback, priority, labels</summary>
      <FieldFrame
        id="/id"
        label="Job id"
        help="Letters, digits, `.`, `_`, `:`, `-`. If empty, the server generates one."
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
        help="Receives a signed POST when the job ends."
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
        help="Sent with the callback as `Authorization: Bearer`; stored encrypted."
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
        help="1 is the highest, 5 the lowest; the default is 3."
        errors={fieldErrors.get('/priority')}
      >
        {(ids) => (
          <select
            {...ids}
            value={draft.priority}
            onChange={({ currentTarget }) => onChange({ priority: currentTarget.value })}
          >
            <option value="">default</option>
            {[1, 2, 3, 4, 5].map((priority) => (
              <option key={priority}>{priority}</option>
            ))}
          </select>
        )}
      </FieldFrame>
      <FieldFrame
        id="/labels"
        label="Labels"
        help="`name=value`, one per line. Shown, never interpreted."
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
