import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DarkroomProblem, Operation } from '../../src/client/client.ts';
import { hrefTo } from '../lib/route.ts';
import { Prose } from '../parts/prose.tsx';
import { Unavailable } from '../parts/unavailable.tsx';
import { AssetPicker } from './asset-picker.tsx';
import { CurlPanel } from './curl-panel.tsx';
import { buildRequest, type Draft, emptyDraft } from './draft.ts';
import { assignFieldErrors, type FieldErrors, noFieldErrors } from './field-errors.ts';
import { FieldFrame } from './field-frame.tsx';
import { allowsOtherParams, buildFields } from './fields.ts';
import { MoreOptions, optionPointers } from './more-options.tsx';
import { ParamFields } from './param-fields.tsx';
import { paramPointer } from './params.ts';
import { SubmitError } from './submit-error.tsx';
import { UploadProgress } from './upload-progress.tsx';
import { useSubmission } from './use-submission.ts';

interface Props {
  readonly operations: readonly Operation[];
  readonly operation: Operation;
}

export function SubmitForm({ operations, operation }: Props) {
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [fieldErrors, setFieldErrors] = useState<FieldErrors>(noFieldErrors);
  const [problem, setProblem] = useState<DarkroomProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => buildFields(operation.params), [operation]);
  const more = allowsOtherParams(operation.params);
  const pointers = [
    ...fields.map(({ name }) => paramPointer(name)),
    ...(more ? ['/params'] : []),
    ...(operation.inputs.max > 0 ? ['/assets'] : []),
    ...optionPointers,
  ];
  const { sent, submit, stop } = useSubmission((rejection) => {
    setProblem(rejection);
    setFieldErrors(assignFieldErrors(rejection.errors, pointers));
  });
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const send = () => {
    const { request, errors: own } = buildRequest(operation, draft);
    setProblem(null);
    setFieldErrors(assignFieldErrors(own, pointers));
    if (own.length === 0) void submit(request);
  };
  const choose = (name: string) => {
    change({ entries: {}, more: '' });
    setFieldErrors(noFieldErrors);
    setProblem(null);
    location.replace(hrefTo.submit(name));
  };
  useEffect(() => {
    if (fieldErrors.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [fieldErrors]);

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
        <AssetPicker
          operation={operation}
          draft={draft}
          errors={fieldErrors.get('/assets')}
          onChange={change}
        />
      )}
      {(fields.length > 0 || more) && (
        <section class="panel">
          <h2>Parameters</h2>
          <ParamFields
            operation={operation.name}
            fields={fields}
            draft={draft}
            fieldErrors={fieldErrors}
            onChange={change}
          />
          {more && (
            <FieldFrame
              id="/params"
              label={fields.length === 0 ? 'Parameters as JSON' : 'More parameters as JSON'}
              help='An object, such as `{"key": "value"}`.'
              errors={fieldErrors.get('/params')}
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
      <MoreOptions draft={draft} fieldErrors={fieldErrors} onChange={change} />
      <CurlPanel request={() => buildRequest(operation, draft).request} />
      <SubmitError problem={problem} fieldErrors={fieldErrors} />
      <div class="submit-bar">
        <button type="submit" class="primary" disabled={sent !== null}>
          Submit
        </button>
        {sent !== null && <UploadProgress fraction={sent} withFiles={draft.files.length > 0} onStop={stop} />}
      </div>
    </form>
  );
}
