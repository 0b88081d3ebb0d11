import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { DarkroomProblem, FieldProblem, Operation, TemplateSummary } from '../../src/client/client.ts';
import { CodePanel } from '../code/code-panel.tsx';
import { hrefTo } from '../lib/route.ts';
import { AssetPicker } from './asset-picker.tsx';
import { dropMendedErrors } from './changed-fields.ts';
import { buildRequest, type Draft } from './draft.ts';
import { saveDraft } from './draft-store.ts';
import { assignFieldErrors, type FieldErrors, noFieldErrors } from './field-errors.ts';
import { FieldFrame } from './field-frame.tsx';
import { allowsOtherParams, buildFields } from './fields.ts';
import { MoreOptions, optionPointers } from './more-options.tsx';
import { ParamFields } from './param-fields.tsx';
import { paramPointer } from './params.ts';
import { PresetBar } from './preset-bar.tsx';
import { parseReference, type Runnable } from './runnable.ts';
import { RunnableSelect } from './runnable-select.tsx';
import { SubmitError } from './submit-error.tsx';
import { UploadProgress } from './upload-progress.tsx';
import { useSubmission } from './use-submission.ts';

interface Props {
  readonly operations: readonly Operation[];
  readonly templates: readonly TemplateSummary[];
  readonly runnable: Runnable;
  readonly initial: Draft;
}

/** The form for a new job of an operation or a template. */
export function SubmitForm({ operations, templates, runnable, initial }: Props) {
  const [draft, setDraft] = useState<Draft>(initial);
  /** Counts rejections: the focus moves to the first invalid field only then, not while fields are mended. */
  const [rejections, setRejections] = useState(0);
  const [fieldErrors, setFieldErrors] = useState<FieldErrors>(noFieldErrors);
  const [problem, setProblem] = useState<DarkroomProblem | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const fields = useMemo(() => buildFields(runnable.params), [runnable]);
  const more = allowsOtherParams(runnable.params);
  const pointers = [
    ...fields.map(({ name }) => paramPointer(name)),
    ...(more ? ['/params'] : []),
    ...(runnable.inputs.max > 0 ? ['/assets'] : []),
    ...optionPointers,
  ];
  const reject = (errors: readonly FieldProblem[], rejection: DarkroomProblem | null) => {
    setProblem(rejection);
    setFieldErrors(assignFieldErrors(errors, pointers));
    setRejections((count) => count + 1);
  };
  const { sent, submit, stop } = useSubmission((rejection) => reject(rejection.errors, rejection));
  const change = (changed: Partial<Draft>) => {
    setFieldErrors(dropMendedErrors(fieldErrors, draft, changed));
    setProblem(null);
    setDraft({ ...draft, ...changed });
  };
  const send = () => {
    const { request, errors: own } = buildRequest(runnable, draft);
    reject(own, null);
    if (own.length === 0) void submit(request);
  };
  const choose = (name: string) => {
    // Files and options stay. Only versions of one template share their parameters.
    const template = parseReference(runnable.name)?.name;
    const keepsParams = template !== undefined && template === parseReference(name)?.name;
    saveDraft(name, keepsParams ? draft : { ...draft, entries: {}, more: '' });
    location.replace(hrefTo.submit(name));
  };
  useEffect(() => saveDraft(runnable.name, draft), [runnable, draft]);
  useEffect(() => {
    if (fieldErrors.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [rejections]);

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
      <RunnableSelect operations={operations} templates={templates} runnable={runnable} onChoose={choose} />
      {runnable.inputs.max > 0 && (
        <AssetPicker
          runnable={runnable}
          draft={draft}
          errors={fieldErrors.get('/assets')}
          onChange={change}
        />
      )}
      {(fields.length > 0 || more) && (
        <section class="panel">
          <div class="panel-head">
            <h2>Parameters</h2>
            <button type="button" class="plain" onClick={() => change({ entries: {}, more: '' })}>
              Reset
            </button>
          </div>
          <PresetBar
            runnable={runnable.name}
            entries={draft.entries}
            onChoose={(entries) => change({ entries: { ...draft.entries, ...entries } })}
          />
          <ParamFields fields={fields} draft={draft} fieldErrors={fieldErrors} onChange={change} />
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
      <CodePanel request={() => buildRequest(runnable, draft).request} />
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
