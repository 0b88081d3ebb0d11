import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DarkroomProblem, Operation } from '../../src/client/client.ts';
import { addressOf } from '../lib/route.ts';
import { Prose } from '../parts/prose.tsx';
import { Unavailable } from '../parts/unavailable.tsx';
import { AsCommand } from './as-command.tsx';
import { AssetPicker } from './asset-picker.tsx';
import { type Draft, emptyDraft, requestOf } from './draft.ts';
import { type Faults, faultsAt, noFaults } from './faults.ts';
import { FieldFrame } from './field-frame.tsx';
import { fieldsOf, takesMore } from './fields.ts';
import { MoreOptions, optionPointers } from './more-options.tsx';
import { ParamField } from './param-field.tsx';
import { pointerTo } from './params.ts';
import { Refusal } from './refusal.tsx';
import { Sending } from './sending.tsx';
import { useSubmission } from './use-submission.ts';

interface Props {
  readonly operations: readonly Operation[];
  readonly operation: Operation;
}

export function SubmitForm({ operations, operation }: Props) {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [faults, setFaults] = useState<Faults>(noFaults);
  const [problem, setProblem] = useState<DarkroomProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => fieldsOf(operation.params), [operation]);
  const more = takesMore(operation.params);
  const pointers = [
    ...fields.map(({ name }) => pointerTo(name)),
    ...(more ? ['/params'] : []),
    ...(operation.inputs.max > 0 ? ['/assets'] : []),
    ...optionPointers,
  ];
  const { sent, submit, stop } = useSubmission((refused) => {
    setProblem(refused);
    setFaults(faultsAt(refused.errors, pointers));
  });
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const send = () => {
    const { request, faults: own } = requestOf(operation, draft);
    setProblem(null);
    setFaults(faultsAt(own, pointers));
    if (own.length === 0) void submit(request);
  };
  const choose = (name: string) => {
    change({ entries: {}, more: '' });
    setFaults(noFaults);
    setProblem(null);
    location.replace(addressOf.submit(name));
  };
  useEffect(() => {
    if (faults.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults]);

  return (
    <form
      ref={form}
      noValidate
      aria-label="New job"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="field">
        <label for="operation">Operation</label>
        <select
          id="operation"
          value={operation.name}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          {operations.map(({ name, title, available }) => (
            <option key={name} value={name}>
              {title} ({name}){available ? '' : ', not available'}
            </option>
          ))}
        </select>
        <p class="help">
          <Prose text={operation.description} />
        </p>
        <Unavailable operation={operation} />
      </div>
      {operation.inputs.max > 0 && (
        <AssetPicker operation={operation} draft={draft} faults={faults.get('/assets')} onChange={change} />
      )}
      {(fields.length > 0 || more) && (
        <section class="panel">
          <h2>Parameters</h2>
          <div class="params">
            {fields.map((field) => (
              <ParamField
                key={`${operation.name} ${field.name}`}
                field={field}
                entry={draft.entries[field.name]}
                faults={faults.get(pointerTo(field.name))}
                onEnter={(entry) => change({ entries: { ...draft.entries, [field.name]: entry } })}
              />
            ))}
          </div>
          {more && (
            <FieldFrame
              id="/params"
              label={fields.length === 0 ? 'Parameters as JSON' : 'More parameters as JSON'}
              help='An object, such as `{"key": "value"}`.'
              faults={faults.get('/params')}
            >
              {(ids) => (
                <textarea
                  {...ids}
                  rows={3}
                  class="code"
                  spellcheck={false}
                  value={draft.more}
                  onInput={({ currentTarget }) => change({ more: currentTarget.value })}
                />
              )}
            </FieldFrame>
          )}
        </section>
      )}
      <MoreOptions draft={draft} faults={faults} onChange={change} />
      <AsCommand request={() => requestOf(operation, draft).request} />
      <Refusal problem={problem} faults={faults} />
      <div class="submit-bar">
        <button type="submit" class="primary" disabled={sent !== null}>
          Submit
        </button>
        {sent !== null && <Sending share={sent} withFiles={draft.files.length > 0} onStop={stop} />}
      </div>
    </form>
  );
}
