import { useMemo } from 'preact/hooks';
import type { Operation, TemplateSummary } from '../../src/client/client.ts';
import { hrefTo } from '../lib/route.ts';
import { useClient, useMay } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { LoadNote } from '../parts/load-note.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { loadDraft } from './draft-store.ts';
import { loadUploads } from './load-uploads.ts';
import { parseReference, type Runnable, toRunnable } from './runnable.ts';
import { SubmitForm } from './submit-form.tsx';
import { toDraft } from './to-draft.ts';

/** What most people come for, and what the form begins with. */
const FIRST = 'image.transform';

interface Props {
  /** The name of an operation, or NAME@VERSION of a template; null: none is chosen. */
  readonly chosen: string | null;
  /** The id of a job whose request the form begins with. */
  readonly from: string | null;
}

/** The page with the form for a new job. */
export function SubmitPage({ chosen, from }: Props) {
  const client = useClient();
  const maySubmit = useMay('jobs.submit');
  const { value: operations, problem } = useLoaded('operations', (signal) => client.operations({ signal }));
  const { value: templates } = useLoaded('templates', (signal) => client.templates.list({ signal }));
  const { runnable, problem: unknown } = useRunnable(chosen, operations);
  const choices = { operations: operations ?? [], templates: templates ?? [] };
  return (
    <section class="submit">
      <h1>New job</h1>
      {!maySubmit && <p class="note">Your role is read-only: it does not permit to submit jobs.</p>}
      <ProblemNote problem={problem ?? unknown} />
      {operations && runnable === 'none' && (
        <p class="note">
          There is no operation {chosen}. <a href={hrefTo.operations()}>Show all operations</a>
        </p>
      )}
      {runnable === null && !problem && !unknown && <p class="quiet">Loading …</p>}
      {runnable !== null &&
        runnable !== 'none' &&
        (from === null ? (
          <SubmitForm
            key={runnable.name}
            {...choices}
            runnable={runnable}
            initial={loadDraft(runnable.name)}
          />
        ) : (
          <ChangedJob {...choices} runnable={runnable} from={from} />
        ))}
    </section>
  );
}

/** Returns the chosen operation or template; null while it loads. */
function useRunnable(chosen: string | null, operations: readonly Operation[] | null) {
  const client = useClient();
  const reference = chosen === null ? null : parseReference(chosen);
  const { value: template, problem } = useLoaded(
    `template ${chosen}`,
    async (signal) =>
      reference && client.templates.get(reference.name, { version: reference.version, signal }),
  );
  const find = (wanted: string) => operations?.find(({ name }) => name === wanted);
  const runnable = (): Runnable | null | 'none' => {
    if (operations === null) return null;
    if (reference) return template && toRunnable(template, operations);
    return (chosen === null ? (find(FIRST) ?? operations[0]) : find(chosen)) ?? 'none';
  };
  return { runnable: useMemo(runnable, [chosen, operations, template]), problem };
}

interface ChangedJobProps {
  readonly operations: readonly Operation[];
  readonly templates: readonly TemplateSummary[];
  readonly runnable: Runnable;
  readonly from: string;
}

/** The form with the request of another job. */
function ChangedJob({ from, ...form }: ChangedJobProps) {
  const client = useClient();
  const { value, problem } = useLoaded(`request ${from}`, async (signal) => {
    const [job, view] = await Promise.all([client.get(from, { signal }), client.request(from, { signal })]);
    return { job, view, files: await loadUploads(client, from, view, signal) };
  });
  if (!value) return <LoadNote of={{ value, problem }} />;
  const { assets } = value.view;
  const named = assets.shown.filter(({ source }) => 'url' in source || 'path' in source).length;
  const missing = assets.total - named - value.files.length;
  return (
    <>
      <p class="note">
        The request of <a href={hrefTo.job(from)}>{from}</a>.
        {missing > 0 && ` Add ${formatCount(missing, 'asset')} again: the console does not have them.`}
      </p>
      <SubmitForm
        {...form}
        initial={{ ...toDraft(form.runnable, value.view, value.job.labels), files: value.files }}
      />
    </>
  );
}
