import { useState } from 'preact/hooks';
import type { DarkroomProblem } from '../../src/client/client.ts';
import { toProblem } from '../lib/problem.ts';
import { fileUrl } from '../lib/result-urls.ts';
import { useSession } from '../lib/session.ts';
import { ProblemNote } from '../parts/problem-note.tsx';

/** Opens a page of a result in a new tab. If a token is needed, which a link cannot send, by a signed link. */
export function OpenPage({ id, path }: { id: string; path: string }) {
  const { client, token } = useSession();
  const [problem, setProblem] = useState<DarkroomProblem | null>(null);
  if (token === null) {
    return (
      <a class="button" href={fileUrl(id, path)} target="_blank" rel="noreferrer">
        Open
      </a>
    );
  }
  const open = async () => {
    setProblem(null);
    // Browsers permit a new tab only at once, before the link is there.
    const tab = window.open('', '_blank');
    try {
      const { url } = await client.link(id, { path });
      if (tab === null) throw new Error('The browser did not permit a new tab');
      tab.opener = null;
      tab.location.replace(url);
    } catch (error) {
      tab?.close();
      setProblem(toProblem(error));
    }
  };
  return (
    <>
      <button type="button" onClick={() => void open()}>
        Open
      </button>
      <ProblemNote problem={problem} />
    </>
  );
}
