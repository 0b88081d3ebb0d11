import { hrefTo } from '../lib/route.ts';
import { useClient } from '../lib/session.ts';
import { useLoaded } from '../lib/use-loaded.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SubmitForm } from './submit-form.tsx';

/** What most people come for, and what the form begins with. */
const FIRST = 'image.transform';

/** The page with the form for a new job. */
export function SubmitPage({ chosen }: { chosen: string | null }) {
  const client = useClient();
  const { value: operations, problem } = useLoaded('operations', (signal) => client.operations({ signal }));
  const find = (wanted: string) => operations?.find(({ name }) => name === wanted);
  const operation = chosen === null ? (find(FIRST) ?? operations?.[0]) : find(chosen);
  return (
    <section class="submit">
      <h1>New job</h1>
      <ProblemNote problem={problem} />
      {!operations && !problem && <p class="quiet">Loading …</p>}
      {operations && !operation && (
        <p class="note">
          There is no operation {chosen}. <a href={hrefTo.operations()}>Show all operations</a>
        </p>
      )}
      {operations && operation && <SubmitForm operations={operations} operation={operation} />}
    </section>
  );
}
