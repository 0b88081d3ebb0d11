import type { Operation } from '../../src/client/client.ts';
import { hrefTo } from '../lib/route.ts';
import { useClient, useMay } from '../lib/session.ts';
import { formatCount } from '../lib/text.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { loadDraft } from './draft-store.ts';
import { loadUploads } from './load-uploads.ts';
import { SubmitForm } from './submit-form.tsx';
import { toDraft } from './to-draft.ts';

/** What most people come for, and what the form begins with. */
const FIRST = 'image.transform';

interface Props {
  readonly chosen: string | null;
  /** The id of a job whose request the form begins with. */
  readonly from: string | null;
}

/** The page with the form for a new job. */
export function SubmitPage({ chosen, from }: Props) {
  const client = useClient();
  const maySubmit = useMay('jobs.submit');
  const { value: operations, problem } = useLoaded('operations', (signal) => client.operations({ signal }));
  const find = (wanted: string) => operations?.find(({ name }) => name === wanted);
  const operation = chosen === null ? (find(FIRST) ?? operations?.[0]) : find(chosen);
  return (
    <section class="submit">
      <h1>New job</h1>
      {!maySubmit && <p class="note">Your role is read-only: it does not permit to submit jobs.</p>}
      <ProblemNote problem={problem} />
      {!operations && !problem && <p class="quiet">Loading …</p>}
      {operations && !operation && (
        <p class="note">
          There is no operation {chosen}. <a href={hrefTo.operations()}>Show all operations</a>
        </p>
      )}
      {operations &&
        operation &&
        (from === null ? (
          <SubmitForm
            key={operation.name}
            operations={operations}
            operation={operation}
            initial={loadDraft(operation.name)}
          />
        ) : (
          <ChangedJob operations={operations} operation={operation} from={from} />
        ))}
    </section>
  );
}

interface ChangedJobProps {
  readonly operations: readonly Operation[];
  readonly operation: Operation;
  readonly from: string;
}

/** The form with the request of another job. */
function ChangedJob({ operations, operation, from }: ChangedJobProps) {
  const client = useClient();
  const { value, problem } = useLoaded(`request ${from}`, async (signal) => {
    const [job, view] = await Promise.all([client.get(from, { signal }), client.request(from, { signal })]);
    return { job, view, files: await loadUploads(client, from, view, signal) };
  });
  if (!value) return problem ? <ProblemNote problem={problem} /> : <p class="quiet">Loading …</p>;
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
        operations={operations}
        operation={operation}
        initial={{ ...toDraft(operation, value.view, value.job.labels), files: value.files }}
      />
    </>
  );
}
